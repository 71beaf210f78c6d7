import type { FeatureCollection, Geometry } from 'geojson';
import { request } from '../api';
import { formatArea, formatCount, formatLength } from '../format';
import {
  BeltDocument, GridDocument, StationDocument, TownDocument, VillageDocument,
  type BeltQuery, type DetailsFragment, type GridQuery, type LinkFragment, type RollUpFragment, type StationQuery, type TownQuery, type VillageQuery,
} from '../generated/graphql';
import type { Language, Texts } from '../i18n';
import type { FeatureKey } from '../layers';
import { union, type Box } from '../map/box';
import { nothing } from '../map/overlays';

/** A part of what is known of a feature: pairs of name and value, links to others, or a table. */
export type Section =
  | { kind: 'facts'; facts: [name: string, value: string][] }
  | { kind: 'links'; title: string; links: LinkFragment[]; ordered?: boolean }
  | { kind: 'table'; title: string; head: string[]; rows: string[][] };

/** A feature as the server told it. */
export interface Loaded {
  feature: DetailsFragment;
  /** What to bring into sight to show it: its own box, or that of the towns that a station serves. */
  box: Box;
  /** The ground that it serves, if it is a station. */
  area: FeatureCollection;
  sections(texts: Texts, language: Language): Section[];
}

/** Asks the server for a feature; null if there is none. Throws what request throws. */
export async function loadFeature({ layer, code }: FeatureKey, signal: AbortSignal): Promise<Loaded | null> {
  switch (layer) {
    case 'towns':
      return loaded((await request(TownDocument, { code }, signal)).town, townSections);
    case 'villages':
      return loaded((await request(VillageDocument, { code }, signal)).village, villageSections);
    case 'grids':
      return loaded((await request(GridDocument, { code }, signal)).grid, gridSections);
    case 'belts':
      return loaded((await request(BeltDocument, { code }, signal)).belt, beltSections);
    case 'stations': {
      const { station } = await request(StationDocument, { code }, signal);
      return loaded(station, stationSections, station?.towns.map(({ bbox }) => bbox), station?.area);
    }
  }
}

type Town = NonNullable<TownQuery['town']>;
type Village = NonNullable<VillageQuery['village']>;
type Grid = NonNullable<GridQuery['grid']>;
type Belt = NonNullable<BeltQuery['belt']>;
type Station = NonNullable<StationQuery['station']>;

function loaded<Type extends DetailsFragment>(
  feature: Type | null,
  sections: (feature: Type, texts: Texts, language: Language) => (Section | null)[],
  served: number[][] = [],
  area?: Geometry | null,
): Loaded | null {
  if (!feature) return null;
  return {
    feature,
    box: union([feature.bbox, ...served]),
    area: area ? { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry: area }] } : nothing,
    sections: (texts, language) => sections(feature, texts, language).filter((section) => section !== null),
  };
}

const facts = (...facts: [string, string][]): Section => ({ kind: 'facts', facts });

/** Links under a title; nothing where there are none. */
const links = (title: string, links: (LinkFragment | null)[], ordered = false): Section | null => {
  const present = links.filter((link) => link !== null);
  return present.length === 0 ? null : { kind: 'links', title, links: present, ordered };
};

const rollUps = (rows: RollUpFragment[], texts: Texts, language: Language): Section | null =>
  rows.length === 0
    ? null
    : {
        kind: 'table',
        title: texts.rollUps,
        head: [texts.level, texts.grids, texts.workers, texts.area],
        rows: rows.map(({ level, grids, workers, areaSquareMetres }) => [
          String(level),
          formatCount(grids, language),
          formatCount(workers, language),
          formatArea(areaSquareMetres, language),
        ]),
      };

const townSections = (town: Town, texts: Texts, language: Language) => [
  facts([texts.kind, texts.townKind[town.kind]], [texts.area, formatArea(town.areaSquareMetres, language)]),
  rollUps(town.gridRollUps, texts, language),
  links(texts.stationsOfTown, town.stations),
  links(texts.villagesOfTown, town.villages.nodes),
];

const villageSections = (village: Village, texts: Texts, language: Language) => [
  facts(
    [texts.kind, texts.villageKind[village.kind]],
    ...(village.officialName ? [[texts.officialName, village.officialName] as [string, string]] : []),
    [texts.area, formatArea(village.areaSquareMetres, language)],
  ),
  links(texts.town, [village.town]),
  rollUps(village.gridRollUps, texts, language),
  links(texts.belts, village.belts),
  links(texts.station, [village.station]),
  links(texts.gridsOfVillage, village.grids.nodes),
];

const gridSections = (grid: Grid, texts: Texts, language: Language) => [
  facts(
    [texts.level, texts.levelValue(grid.level)],
    [texts.workers, texts.workersValue(formatCount(grid.workers, language))],
    [texts.area, formatArea(grid.areaSquareMetres, language)],
  ),
  links(texts.village, [grid.village]),
  links(texts.ancestors, grid.ancestors),
  rollUps(grid.gridRollUps, texts, language),
  links(texts.children, grid.children),
];

const beltSections = (belt: Belt, texts: Texts, language: Language) => [
  facts(
    [texts.status, texts.beltStatus[belt.status]],
    [texts.length, formatLength(belt.lengthMetres, language)],
    [texts.corridor, texts.corridorValue(formatLength(belt.corridorMetres, language))],
  ),
  links(texts.villagesOfBelt, belt.villages, true),
];

const stationSections = (station: Station, texts: Texts, language: Language) => [
  facts([texts.villagesServed, formatCount(station.villages.totalCount, language)]),
  links(texts.village, [station.village]),
  links(texts.townsServed, station.towns),
];
