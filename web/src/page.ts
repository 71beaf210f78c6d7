import type { FeatureCollection } from 'geojson';
import { request } from './api';
import { byId } from './dom';
import { formatCoordinates } from './format';
import { LayersDocument, OverlaysDocument } from './generated/graphql';
import { preferredLanguage, texts as textsOf, type Language } from './i18n';
import { translate } from './i18n/translate';
import { layerKey, layerKeys, sameFeature, type FeatureKey, type LayerKey } from './layers';
import { createMap, type Box, type MapView } from './map/map';
import { noOverlays, nothing, overlays, type Overlays } from './map/overlays';
import { palette } from './map/palette';
import type { Scene } from './map/style';
import { createDetails } from './panels/details';
import { createLegend } from './panels/legend';
import { createMessage } from './panels/message';
import { createSearch } from './panels/search';
import { createTooltip } from './panels/tooltip';
import { applyTheme, chooseTheme, currentTheme, onSystemTheme } from './theme';
import { formatView, parseView, type View } from './view';

/** What the page shows. Everything on it is drawn from this. */
interface State {
  language: Language;
  theme: 'light' | 'dark';
  visible: LayerKey[];
  feature: FeatureKey | null;
  /** The feature whose box the map shall go to when it is known. */
  goingTo: FeatureKey | null;
  layers: Map<LayerKey, { count: number; minZoom: number }>;
  home: Box;
  overlays: Overlays;
  area: FeatureCollection;
}

/** Below this width, in pixels, the panels lie above and below the map; style.css has the same number. */
const phoneWidth = 720;

/** Starts the page: reads the link, asks the server for its layers, and puts the map and its panels in place. */
export async function startPage(): Promise<void> {
  const link = parseView(location.hash);
  const state: State = {
    language: link.language ?? preferredLanguage(navigator.language),
    theme: currentTheme(),
    visible: link.layers ?? [...layerKeys],
    feature: link.feature,
    goingTo: link.position ? null : link.feature,
    layers: new Map(),
    home: [73, 18, 135, 54], // all of China, until the server has told the extent of its layers
    overlays: noOverlays,
    area: nothing,
  };
  const texts = () => textsOf(state.language);
  const message = createMessage(() => texts().close);
  applyTheme(state.theme);
  translate(texts(), state.language);
  try {
    readLayers(state, (await request(LayersDocument, {})).layers);
  } catch {
    message.show(texts().failedMap, { label: texts().retry, run: () => location.reload() });
    return;
  }
  runPage(state, link, message);
}

type LayerFacts = { name: Parameters<typeof layerKey>[0]; count: number; minZoom: number; bbox: number[] | null };

function readLayers(state: State, layers: LayerFacts[]): void {
  for (const { name, count, minZoom } of layers) state.layers.set(layerKey(name), { count, minZoom });
  const boxes = layers.flatMap(({ bbox }) => (bbox ? [bbox as Box] : []));
  if (boxes.length > 0) {
    state.home = boxes.reduce(([w, s, e, n], box) => [Math.min(w, box[0]), Math.min(s, box[1]), Math.max(e, box[2]), Math.max(n, box[3])]);
  }
}

const scene = (state: State): Scene => ({
  palette: palette(state.theme),
  language: state.language,
  layers: state.visible,
  feature: state.feature,
  overlays: state.overlays,
  area: state.area,
});

function runPage(state: State, link: View, message: ReturnType<typeof createMessage>): void {
  const texts = () => textsOf(state.language);
  const tooltip = createTooltip();
  const legend = createLegend((layer, visible) => {
    state.visible = layerKeys.filter((key) => (key === layer ? visible : state.visible.includes(key)));
    render();
    remember();
  });
  const details = createDetails({
    texts,
    language: () => state.language,
    select,
    zoomTo: (bbox) => map.show(bbox as Box, room()),
    loaded(feature, area) {
      state.area = area;
      if (sameFeature(state.goingTo, state.feature)) map.show(feature.bbox as Box, room());
      state.goingTo = null;
      render();
    },
  });
  const map = startMap();
  createSearch(texts, goTo, () => message.show(texts().failedSearch));
  listenToButtons();
  addEventListener('popstate', () => follow(parseView(location.hash)));
  details.show(state.feature);
  render();
  void loadOverlays();

  function startMap(): MapView {
    try {
      return createMap(byId('map'), scene(state), link.position ?? { box: state.home, room: room() }, {
        chosen: (feature) => select(feature && { layer: feature.layer, code: feature.code }),
        pointed({ longitude, latitude, x, y }, feature) {
          byId('coordinates').textContent = formatCoordinates(longitude, latitude);
          tooltip.show(feature && { name: feature.name, kind: texts().layer[feature.layer] }, x, y);
        },
        left: () => tooltip.show(null, 0, 0),
        moved() {
          render();
          remember();
        },
        failed: () => message.show(texts().failedTiles, { label: texts().retry, run: () => location.reload() }),
      });
    } catch (error) {
      message.show(texts().failedWebGL);
      throw error;
    }
  }

  async function loadOverlays(): Promise<void> {
    try {
      state.overlays = overlays(await request(OverlaysDocument, {}));
      render();
    } catch {
      message.show(texts().failedTiles, { label: texts().retry, run: () => void loadOverlays() });
    }
  }

  function select(feature: FeatureKey | null): void {
    if (sameFeature(feature, state.feature)) return;
    state.feature = feature;
    state.area = nothing;
    details.show(feature);
    render();
    remember('push');
    if (!feature) map.map.getCanvas().focus({ preventScroll: true });
  }

  function goTo(feature: FeatureKey): void {
    state.goingTo = feature;
    if (!state.visible.includes(feature.layer)) state.visible = layerKeys.filter((key) => key === feature.layer || state.visible.includes(key));
    if (sameFeature(feature, state.feature)) details.show(feature);
    else select(feature);
  }

  /** Follows a link into this page: the browser's way back, or a changed address. */
  function follow(view: View): void {
    if (view.language) state.language = view.language;
    state.visible = view.layers ?? [...layerKeys];
    if (view.position) map.jump(view.position);
    if (!sameFeature(view.feature, state.feature)) {
      state.feature = view.feature;
      state.goingTo = view.position ? null : view.feature;
      state.area = nothing;
      details.show(view.feature);
    }
    relabel();
  }

  function relabel(): void {
    translate(texts(), state.language);
    details.render();
    render();
  }

  function render(): void {
    map.draw(scene(state));
    map.map.getCanvas().setAttribute('aria-label', texts().mapLabel);
    legend.render({ texts: texts(), language: state.language, visible: state.visible, layers: state.layers, zoom: map.position().zoom });
    const toOther = state.theme === 'light' ? texts().toDark : texts().toLight;
    byId('theme').setAttribute('aria-label', toOther);
    byId('theme').title = toOther;
    byId('language').textContent = texts().otherLanguage;
  }

  /** Keeps what is shown in the address. A chosen feature is a step that the browser can take back. */
  function remember(how: 'push' | 'replace' = 'replace'): void {
    const hash = formatView({ position: map.position(), layers: state.visible, feature: state.feature, language: state.language });
    history[`${how}State`](null, '', hash);
  }

  function listenToButtons(): void {
    const changeTheme = () => {
      state.theme = currentTheme();
      applyTheme(state.theme);
      render();
    };
    onSystemTheme(changeTheme);
    byId('theme').addEventListener('click', () => {
      chooseTheme(state.theme === 'light' ? 'dark' : 'light');
      changeTheme();
    });
    byId('language').addEventListener('click', () => {
      state.language = state.language === 'zh' ? 'en' : 'zh';
      relabel();
      remember();
    });
    byId('zoom-in').addEventListener('click', () => map.map.zoomIn());
    byId('zoom-out').addEventListener('click', () => map.map.zoomOut());
    byId('zoom-home').addEventListener('click', () => map.show(state.home, room()));
    addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') select(null);
    });
  }
}

/** How much of the map's edges the panels cover, in pixels. */
function room() {
  const open = !byId('details').hidden;
  if (innerWidth < phoneWidth) return { top: 130, right: 24, bottom: open ? innerHeight * 0.5 : 60, left: 24 };
  return { top: 48, right: open ? 400 : 72, bottom: 56, left: 312 };
}
