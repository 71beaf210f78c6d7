import '../src/theme.css';
import './ogc.css';
import { applyTheme, currentTheme } from '../src/theme';

applyTheme(currentTheme());
for (const container of document.querySelectorAll<HTMLElement>('.map')) {
  // MapLibre is most of a megabyte, and most pages of the API have no map.
  void import('./map').then(({ showItems, showTiles }) => (container.dataset.geojson ? showItems : showTiles)(container));
}
