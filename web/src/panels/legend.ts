import { byId, h } from '../dom';
import { formatCount } from '../format';
import type { Language, Texts } from '../i18n';
import { gridLevel, layerKeys, type LayerKey } from '../layers';

/** What the legend shows. */
export interface LegendState {
  texts: Texts;
  language: Language;
  visible: readonly LayerKey[];
  /** How many features a layer has, and the zoom from which it is drawn; empty until the server has answered. */
  layers: ReadonlyMap<LayerKey, { count: number; minZoom: number }>;
  zoom: number;
}

/** The list of the layers, each with a box to show or hide it. */
export interface Legend {
  render(state: LegendState): void;
}

/** Takes over the element with the id `legend`. `toggle` hears which layer shall be shown or hidden. */
export function createLegend(toggle: (layer: LayerKey, visible: boolean) => void): Legend {
  const root = byId('legend');
  const rows = new Map(layerKeys.map((key) => [key, row(key, toggle)]));
  // The topmost layer first, as they lie on the map.
  root.append(...[...layerKeys].reverse().map((key) => rows.get(key)!.element));
  return {
    render(state) {
      for (const [key, row] of rows) row.render(state, key);
    },
  };
}

function row(key: LayerKey, toggle: (layer: LayerKey, visible: boolean) => void) {
  const box = h('input', { type: 'checkbox', name: key, onchange: () => toggle(key, box.checked) });
  const title = h('span', { class: 'legend-title' });
  const note = h('small', {});
  const count = h('span', { class: 'legend-count' });
  const element = h('label', { class: 'legend-row' }, box, h('span', { class: `swatch swatch-${key}`, 'aria-hidden': 'true' }), h('span', { class: 'legend-text' }, title, note), count);
  return {
    element,
    render({ texts, language, visible, layers, zoom }: LegendState, key: LayerKey) {
      const layer = layers.get(key);
      const minZoom = Math.max(layer?.minZoom ?? 0, key === 'grids' ? 10 : 0);
      box.checked = visible.includes(key);
      title.textContent = texts.layers[key];
      count.textContent = layer ? formatCount(layer.count, language) : '';
      note.textContent = zoom < minZoom ? texts.zoomInForLayer : key === 'grids' ? texts.gridLevelNote(gridLevel(zoom)) : '';
    },
  };
}
