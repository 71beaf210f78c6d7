import { isAborted, request } from './api';
import { byId } from './dom';
import { formatCoordinates } from './format';
import { GridLabelsDocument, LayersDocument, OverlaysDocument } from './generated/graphql';
import { texts } from './i18n';
import { translate } from './i18n/translate';
import { gridLevel, layerKeys, sameFeature, type FeatureKey, type LayerKey } from './layers';
import { followChanges, type Changes } from './live';
import { createMap, type MapView, type Room } from './map/map';
import { gridLabels, gridLabelZoom, nothing, overlays } from './map/overlays';
import { createDetails, type Details } from './panels/details';
import { createLegend, type Legend } from './panels/legend';
import { createMessage, type Message } from './panels/message';
import { createSearch } from './panels/search';
import { createTooltip } from './panels/tooltip';
import { initialState, scene, setLayers, setVisible, type State } from './state';
import { applyTheme, chooseTheme, currentTheme, onSystemTheme } from './theme';
import { formatView, parseView, type View } from './view';

/** Below this width, in pixels, the panels lie above and below the map; style.css has the same number. */
const phoneWidth = 720;

/** Starts the page: asks the server for its layers, then puts the map and its panels in place. */
export async function startPage(): Promise<void> {
  const link = parseView(location.hash);
  const state = initialState(link);
  const message = createMessage(() => texts(state.language).close);
  applyTheme(state.theme);
  translate(texts(state.language), state.language);
  try {
    setLayers(state, await request(LayersDocument, {}));
  } catch {
    const { failedMap, retry } = texts(state.language);
    message.show(failedMap, { label: retry, run: () => location.reload() });
    return;
  }
  const page = new Page(state, link, message);
  page.start();
  Object.assign(window, { xiangtu: page }); // for the browser's console, and for test/browser.mjs
}

/** The page at work: hands what happens in one part on to the others, and keeps the address current. */
class Page {
  readonly map: MapView;
  private readonly legend: Legend;
  private readonly details: Details;
  private readonly tooltip = createTooltip();
  private pendingLabels: AbortController | undefined;
  private readonly changed = new Set<LayerKey>();
  private pendingRenewal: ReturnType<typeof setTimeout> | undefined;
  private pendingCounts: AbortController | undefined;
  /** What is heard of the map's changes; undefined before the page has started. */
  changes: Changes | undefined;

  constructor(
    private readonly state: State,
    link: View,
    private readonly message: Message,
  ) {
    this.map = this.createMap(link);
    this.legend = createLegend((layer, visible) => {
      setVisible(state, layer, visible);
      this.render();
      this.remember('replace');
      void this.loadGridLabels();
    });
    this.details = createDetails({
      texts: () => this.texts,
      language: () => state.language,
      select: (feature) => this.select(feature),
      zoomTo: (box) => this.map.show(box, this.room()),
      loaded: ({ area, box }) => {
        state.area = area;
        if (sameFeature(state.goingTo, state.feature)) this.map.show(box, this.room());
        state.goingTo = null;
        this.render();
      },
      missing: () => {
        state.area = nothing;
        this.render();
      },
    });
    createSearch(() => this.texts, (feature) => this.goTo(feature), () => this.message.show(this.texts.failedSearch));
  }

  start(): void {
    byId<HTMLDetailsElement>('legend-card').open = innerWidth >= phoneWidth;
    this.listen();
    this.details.show(this.state.feature);
    this.render();
    void this.loadOverlays();
    void this.loadGridLabels();
    this.changes = followChanges(new Map([...this.state.layers].map(([layer, { revision }]) => [layer, revision])), (layer, tiles) => {
      this.map.refresh(layer, tiles);
      this.renew(layer);
    });
  }

  /** Reads again what is shown beside the tiles of a layer, once for changes that come close together. */
  private renew(layer: LayerKey): void {
    this.changed.add(layer);
    this.pendingRenewal ??= setTimeout(() => {
      this.pendingRenewal = undefined;
      const changed = [...this.changed];
      this.changed.clear();
      if (changed.includes('grids')) void this.loadGridLabels();
      if (changed.some((layer) => layer !== 'grids' && layer !== 'stations')) void this.loadOverlays();
      void this.loadCounts();
      this.details.refresh(); // of whichever layer, for a feature is shown with what it is related to
    }, 300);
  }

  private async loadCounts(): Promise<void> {
    this.pendingCounts?.abort();
    this.pendingCounts = new AbortController();
    try {
      setLayers(this.state, await request(LayersDocument, {}, this.pendingCounts.signal));
      this.render();
    } catch {
      // The next change brings them.
    }
  }

  private get texts() {
    return texts(this.state.language);
  }

  private createMap(link: View): MapView {
    const start = link.position ?? { box: this.state.home, room: this.room() };
    try {
      return createMap(byId('map'), scene(this.state), start, {
        chosen: (feature, by) => {
          this.select(feature && { layer: feature.layer, code: feature.code });
          if (feature && by === 'keyboard') byId('details').focus();
        },
        pointed: ({ longitude, latitude, x, y }, feature) => {
          byId('coordinates').textContent = formatCoordinates(longitude, latitude);
          this.tooltip.show(feature && { name: feature.name, kind: this.texts.layer[feature.layer] }, x, y);
        },
        left: () => this.tooltip.show(null, 0, 0),
        moved: () => {
          this.render();
          this.remember('replace');
          void this.loadGridLabels();
        },
        busy: (busy) => byId('map').setAttribute('aria-busy', String(busy)),
        failed: () => this.complain(() => location.reload()),
      });
    } catch (error) {
      this.message.show(this.texts.failedWebGL);
      throw error;
    }
  }

  private listen(): void {
    const { map, state } = this;
    const changeTheme = () => {
      state.theme = currentTheme();
      applyTheme(state.theme);
      this.render();
    };
    onSystemTheme(changeTheme);
    byId('theme').addEventListener('click', () => {
      chooseTheme(state.theme === 'light' ? 'dark' : 'light');
      changeTheme();
    });
    byId('language').addEventListener('click', () => {
      state.language = state.language === 'zh' ? 'en' : 'zh';
      this.relabel();
      this.remember('replace');
    });
    byId('zoom-in').addEventListener('click', () => map.map.zoomIn());
    byId('zoom-out').addEventListener('click', () => map.map.zoomOut());
    byId('zoom-home').addEventListener('click', () => map.show(state.home, this.room()));
    addEventListener('keydown', ({ key }) => key === 'Escape' && this.select(null));
    addEventListener('popstate', () => this.follow(parseView(location.hash)));
  }

  private async loadOverlays(): Promise<void> {
    try {
      const loaded = overlays(await request(OverlaysDocument, {}));
      this.state.overlays = { ...this.state.overlays, ...loaded };
      this.render();
    } catch {
      this.complain(() => void this.loadOverlays());
    }
  }

  private async loadGridLabels(): Promise<void> {
    this.pendingLabels?.abort();
    const { zoom } = this.map.position();
    if (zoom < gridLabelZoom || !this.state.visible.includes('grids')) return;
    this.pendingLabels = new AbortController();
    try {
      const variables = { level: gridLevel(zoom), box: this.map.box() };
      const labels = gridLabels(await request(GridLabelsDocument, variables, this.pendingLabels.signal));
      this.state.overlays = { ...this.state.overlays, gridLabels: labels };
      this.render();
    } catch (error) {
      if (!isAborted(error)) this.complain(() => void this.loadGridLabels());
    }
  }

  /** Says that a part of the map is missing, with a button to get it. */
  private complain(retry: () => void): void {
    this.message.show(this.texts.failedTiles, { label: this.texts.retry, run: retry });
  }

  /** Shows the details of a feature where the map is. */
  private select(feature: FeatureKey | null): void {
    if (sameFeature(feature, this.state.feature)) return;
    this.state.feature = feature;
    this.state.area = nothing;
    const focusWasInDetails = byId('details').contains(document.activeElement);
    this.details.show(feature);
    this.render();
    this.remember('push');
    if (!feature && focusWasInDetails) this.map.map.getCanvas().focus({ preventScroll: true });
  }

  /** Goes to a feature, and shows its layer if it is hidden. */
  private goTo(feature: FeatureKey): void {
    this.state.goingTo = feature;
    setVisible(this.state, feature.layer, true);
    if (sameFeature(feature, this.state.feature)) this.details.show(feature);
    else this.select(feature);
    byId('details').focus();
  }

  /** Follows a link into the page: the browser's way back, or a changed address. */
  private follow(view: View): void {
    const { state } = this;
    state.language = view.language ?? state.language;
    state.visible = view.layers ?? [...layerKeys];
    if (view.position) this.map.jump(view.position);
    if (!sameFeature(view.feature, state.feature)) {
      state.feature = view.feature;
      state.goingTo = view.position ? null : view.feature;
      state.area = nothing;
      this.details.show(view.feature);
    }
    this.relabel();
  }

  private relabel(): void {
    translate(this.texts, this.state.language);
    this.details.render();
    this.render();
  }

  private render(): void {
    const { map, state, texts } = this;
    map.draw(scene(state));
    map.map.getCanvas().setAttribute('aria-label', texts.mapLabel);
    this.legend.render({ texts, language: state.language, visible: state.visible, layers: state.layers, zoom: map.position().zoom });
    const toOther = state.theme === 'light' ? texts.toDark : texts.toLight;
    byId('theme').setAttribute('aria-label', toOther);
    byId('theme').title = toOther;
    byId('language').textContent = texts.otherLanguage;
  }

  /** Keeps what is shown in the address. A selection is a step that the browser can take back: it is pushed. */
  private remember(how: 'push' | 'replace'): void {
    const { visible, feature, language } = this.state;
    history[`${how}State`](null, '', formatView({ position: this.map.position(), layers: visible, feature, language }));
  }

  /** How much of the map's edges the panels cover. */
  private room(): Room {
    const open = !byId('details').hidden;
    if (innerWidth < phoneWidth) return { top: 130, right: 24, bottom: open ? innerHeight * 0.5 + 12 : 60, left: 24 };
    return { top: 48, right: open ? 400 : 72, bottom: 56, left: 312 };
  }
}
