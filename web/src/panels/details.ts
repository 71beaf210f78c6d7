import { isAborted } from '../api';
import { byId, h } from '../dom';
import { formatDay, formatPinyin } from '../format';
import type { LinkFragment } from '../generated/graphql';
import type { Language, Texts } from '../i18n';
import { layerKey, type FeatureKey } from '../layers';
import type { Box } from '../map/box';
import { loadFeature, type Loaded, type Section } from './feature';

/** What the panel needs of the page. */
export interface DetailsHost {
  texts(): Texts;
  language(): Language;
  /** Another feature shall be shown, or with null none. */
  select(feature: FeatureKey | null): void;
  /** The map shall show this box. */
  zoomTo(box: Box): void;
  /** The feature has been read. */
  loaded(feature: Loaded): void;
  /** There is no such feature, or no longer. */
  missing(): void;
}

/** The panel with all that is known of one feature. */
export interface Details {
  /** Shows a feature, or closes with null. */
  show(feature: FeatureKey | null): void;
  /** Writes what it shows again, in the language of now. */
  render(): void;
  /** Asks again for what it shows; what is the same stays as it is, and where the reader was. */
  refresh(): void;
}

/** Takes over the element with the id `details`. */
export function createDetails(host: DetailsHost): Details {
  const root = byId('details');
  let shown: FeatureKey | null = null;
  let loaded: Loaded | null = null;
  let pending: AbortController | undefined;

  const load = async (key: FeatureKey, before: Loaded | null = null) => {
    pending?.abort();
    pending = new AbortController();
    try {
      const found = await loadFeature(key, pending.signal);
      if (before && JSON.stringify(found) === JSON.stringify(before)) return;
      loaded = found;
      if (!loaded) {
        host.missing();
        return fill(notice(host.texts().notFound(key.code)));
      }
      const { scrollTop } = root;
      const focusWasHere = root.contains(document.activeElement);
      host.loaded(loaded);
      render();
      root.scrollTop = before ? scrollTop : 0;
      if (focusWasHere) root.focus({ preventScroll: true });
    } catch (error) {
      if (isAborted(error) || before) return; // what is shown is the latest that is known
      const retry = h('button', { type: 'button', class: 'button', onclick: () => void load(key) }, host.texts().retry);
      fill(notice(host.texts().failedDetails, retry));
    }
  };
  const close = () => host.select(null);
  const fill = (...content: Node[]) => root.replaceChildren(closeButton(host.texts(), close), ...content);
  const render = () => {
    root.setAttribute('aria-label', host.texts().details);
    if (loaded) fill(...content(loaded, host));
  };
  return {
    render,
    refresh() {
      if (shown) void load(shown, loaded);
    },
    show(feature) {
      const focusWasHere = root.contains(document.activeElement);
      shown = feature;
      loaded = null;
      pending?.abort();
      root.hidden = shown === null;
      if (!shown) return root.replaceChildren();
      fill(h('p', { class: 'notice', role: 'status' }, host.texts().loading));
      if (focusWasHere) root.focus();
      void load(shown);
    },
  };
}

const closeButton = (texts: Texts, close: () => void): HTMLElement =>
  h('button', { type: 'button', class: 'icon-button close', 'aria-label': texts.close, title: texts.close, onclick: close }, '×');

const notice = (text: string, action?: HTMLElement): HTMLElement => h('div', { class: 'notice', role: 'alert' }, h('p', {}, text), action);

function content({ feature, box, sections }: Loaded, host: DetailsHost): Node[] {
  const texts = host.texts();
  const key = layerKey(feature.layer);
  return [
    h(
      'header',
      { class: 'details-head' },
      h('p', { class: 'details-layer' }, h('span', { class: `swatch swatch-${key}`, 'aria-hidden': 'true' }), texts.layer[key]),
      h('h2', {}, feature.name),
      h('p', { class: 'details-pinyin' }, formatPinyin(feature.pinyin)),
      h('p', { class: 'details-actions' },
        h('button', { type: 'button', class: 'button', onclick: () => host.zoomTo(box) }, texts.zoomTo),
        h('code', { title: texts.code }, feature.code)),
    ),
    ...sections(texts, host.language()).map((section) => renderSection(section, host)),
    h('footer', { class: 'details-foot' },
      feature.provenance ? h('p', {}, texts.provenance(feature.provenance)) : null,
      h('p', {}, texts.changed(formatDay(feature.updatedAt, host.language()), feature.revision))),
  ];
}

function renderSection(section: Section, host: DetailsHost): HTMLElement {
  switch (section.kind) {
    case 'facts':
      return h('dl', { class: 'facts' }, ...section.facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
    case 'links':
      return h('section', {},
        h('h3', {}, section.title, section.links.length > 1 ? h('span', { class: 'badge' }, String(section.links.length)) : null),
        h(section.ordered ? 'ol' : 'ul', { class: 'links' }, ...section.links.map((feature) => h('li', {}, link(feature, host)))));
    case 'table':
      return h('section', {},
        h('h3', {}, section.title),
        h('table', {},
          h('thead', {}, h('tr', {}, ...section.head.map((text) => h('th', { scope: 'col' }, text)))),
          h('tbody', {}, ...section.rows.map((row) => h('tr', {}, ...row.map((text) => h('td', {}, text)))))));
  }
}

function link(feature: LinkFragment, host: DetailsHost): HTMLElement {
  const pinyin = formatPinyin(feature.pinyin);
  return h(
    'button',
    { type: 'button', class: 'link', title: pinyin, onclick: () => host.select({ layer: layerKey(feature.layer), code: feature.code }) },
    feature.name,
    host.language() === 'en' && h('small', {}, pinyin),
  );
}
