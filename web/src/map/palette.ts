/** A colour scheme of the map. */
export type Theme = 'light' | 'dark';

/** The colours of the map: soft grounds, thin outlines, and strong colours for belts and stations alone. */
export interface Palette {
  theme: Theme;
  background: string;
  text: string;
  textSoft: string;
  halo: string;
  towns: string;
  villages: string;
  communities: string;
  villageLines: string;
  grids: string;
  belts: string;
  beltLabels: string;
  stations: string;
  stationMark: string;
  highlight: string;
  selection: string;
}

const light: Palette = {
  theme: 'light',
  background: '#f4f2ec',
  text: '#2d2a26',
  textSoft: '#6a645b',
  halo: '#fdfcf9',
  towns: '#8b8070',
  villages: '#e7ecda',
  communities: '#f1e5d6',
  villageLines: '#c5bda9',
  grids: '#a99f88',
  belts: '#12725c',
  beltLabels: '#0c5947',
  stations: '#b3392b',
  stationMark: '#ffffff',
  highlight: '#3c3831',
  selection: '#1d4ed8',
};

const dark: Palette = {
  theme: 'dark',
  background: '#14171a',
  text: '#eceae4',
  textSoft: '#a5a8a6',
  halo: '#15191c',
  towns: '#7d8682',
  villages: '#28332f',
  communities: '#3a3129',
  villageLines: '#4a5651',
  grids: '#5f6a65',
  belts: '#4cc3a0',
  beltLabels: '#7fdcc0',
  stations: '#ef6a55',
  stationMark: '#1b0d0a',
  highlight: '#f2efe7',
  selection: '#8ab4ff',
};

/** The palette of a theme. */
export const palette = (theme: Theme): Palette => (theme === 'light' ? light : dark);
