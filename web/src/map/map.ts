import { Map as MapLibre, ScaleControl, setWorkerUrl, type MapGeoJSONFeature, type PointLike } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { LayerKey } from '../layers';
import type { Position } from '../view';
import type { Box } from './box';
import { drawStation } from './icon';
import { palette } from './palette';
import { pick, type Picked } from './pick';
import { stationIcon, style, type Scene } from './style';

/** What the page wants to hear of. */
export interface MapEvents {
  /** A feature was chosen, or with null a place without one. */
  chosen(feature: Picked | null, by: 'pointer' | 'keyboard'): void;
  /** The pointer is at this place, over this feature or over none, `x` and `y` pixels into the map. */
  pointed(place: { longitude: number; latitude: number; x: number; y: number }, feature: Picked | null): void;
  /** The pointer has left the map. */
  left(): void;
  /** The map has come to rest. */
  moved(position: Position): void;
  /** The map waits for what it shall draw, or has drawn it all. */
  busy(busy: boolean): void;
  /** A part of the map did not load. */
  failed(message: string): void;
}

/** The map of the page. Where it needs more than this, the program has `map` itself. */
export interface MapView {
  map: MapLibre;
  /** Draws a scene. */
  draw(scene: Scene): void;
  /** Draws tiles of a layer anew that have changed, or with null all that are in sight. */
  refresh(layer: LayerKey, tiles: TileId[] | null): void;
  /** Brings a box into sight. */
  show(box: Box, room: Room): void;
  /** Goes to a position at once. */
  jump(position: Position): void;
  position(): Position;
  /** What is in sight. */
  box(): Box;
}

/** A tile by its place. */
export interface TileId {
  z: number;
  x: number;
  y: number;
}

const overlayLayers = ['stations-symbol', 'stations-halo', 'belts-line', 'belts-casing'];
const labelLayers = ['villages-label', 'towns-label'];
const groundLayers = ['grids-hover', 'villages-ground', 'towns-ground'];

/** Room to leave, in pixels, for what covers the map at its edges. */
export interface Room {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/** Puts a map into an element, at a position or with a box in sight. Throws if the browser has no WebGL 2. */
export function createMap(container: HTMLElement, scene: Scene, start: Position | { box: Box; room: Room }, events: MapEvents): MapView {
  setWorkerUrl(workerUrl);
  const map = new MapLibre({
    container,
    style: style(scene),
    ...('box' in start
      ? { bounds: start.box, fitBoundsOptions: { padding: start.room } }
      : { center: [start.longitude, start.latitude], zoom: start.zoom }),
    maxZoom: 18,
    attributionControl: { compact: true },
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 150,
    // The workers that fetch tiles have no page that a relative address would be relative to.
    transformRequest: (url) => ({ url: new URL(url, location.href).href }),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-left');
  map.on('error', ({ error }) => events.failed(error.message));
  map.on('dataloading', () => events.busy(true));
  map.on('idle', () => events.busy(false));
  map.on('moveend', () => events.moved(position(map)));
  map.setMissingStyleImageResolver((id) => drawIcon(map, id));
  listen(map, events);
  return {
    map,
    draw: drawWhenReady(map),
    refresh: refresher(map),
    show: (box, padding) => map.fitBounds(box, { padding, maxZoom: 15.5, duration: 900 }),
    jump: ({ longitude, latitude, zoom }) => map.jumpTo({ center: [longitude, latitude], zoom }),
    position: () => position(map),
    box: () => map.getBounds().toArray().flat() as Box,
  };
}

/** Draws tiles anew. MapLibre asks for no tile again that it waits for, which may be an old one: so it is told twice. */
function refresher(map: MapLibre): MapView['refresh'] {
  const refresh: MapView['refresh'] = (layer, tiles) => {
    if (!map.getSource(layer)) return;
    const waiting = !map.isSourceLoaded(layer);
    map.refreshTiles(layer, tiles ?? undefined);
    if (waiting) map.once('idle', () => refresh(layer, tiles));
  };
  return refresh;
}

function position(map: MapLibre): Position {
  const { lng: longitude, lat: latitude } = map.getCenter();
  return { longitude, latitude, zoom: map.getZoom() };
}

/** Draws scenes; those that come while the first is still being read wait for it, and only the last is drawn then. */
function drawWhenReady(map: MapLibre): (scene: Scene) => void {
  let ready = false;
  let waiting: Scene | undefined;
  const draw = (scene: Scene) => map.setStyle(style(scene), { validate: false });
  map.once('style.load', () => {
    ready = true;
    if (waiting) draw(waiting);
  });
  return (scene) => {
    if (ready) draw(scene);
    else waiting = scene;
  };
}

/** Draws the symbol that a style asks for by this name, in the colours of its theme. */
function drawIcon(map: MapLibre, id: string): void {
  const colours = [palette('light'), palette('dark')].find((candidate) => stationIcon(candidate) === id);
  if (colours && !map.hasImage(id)) map.addImage(id, drawStation(colours, 2), { pixelRatio: 2 });
}

function listen(map: MapLibre, events: MapEvents): void {
  let highlighted: Picked | null = null;
  const highlight = (feature: Picked | null) => {
    if (feature?.layer === highlighted?.layer && feature?.id === highlighted?.id) return;
    setHover(map, highlighted, false);
    setHover(map, feature, true);
    highlighted = feature;
    map.getCanvas().style.cursor = feature ? 'pointer' : '';
  };
  map.on('mousemove', ({ point, lngLat }) => {
    const feature = pickAt(map, point.x, point.y, 3);
    highlight(feature);
    events.pointed({ longitude: lngLat.lng, latitude: lngLat.lat, x: point.x, y: point.y }, feature);
  });
  map.on('mouseout', () => {
    highlight(null);
    events.left();
  });
  map.on('click', ({ point }) => events.chosen(pickAt(map, point.x, point.y, 8), 'pointer'));
  map.getCanvas().addEventListener('keydown', ({ key }) => {
    const { clientWidth, clientHeight } = map.getContainer();
    if (key === 'Enter') events.chosen(pickAt(map, clientWidth / 2, clientHeight / 2, 8), 'keyboard');
  });
}

function setHover(map: MapLibre, feature: Picked | null, hover: boolean): void {
  if (!feature || feature.id === null || !map.getSource(feature.layer)) return;
  map.setFeatureState({ source: feature.layer, sourceLayer: feature.layer, id: feature.id }, { hover });
}

/** The feature meant at a pixel; lines and symbols are so many pixels easier to hit than they are drawn. */
function pickAt(map: MapLibre, x: number, y: number, reach: number): Picked | null {
  const query = (place: PointLike | [PointLike, PointLike], layers: string[]): MapGeoJSONFeature[] =>
    map.queryRenderedFeatures(place, { layers: layers.filter((id) => map.getLayer(id)) });
  const near: [PointLike, PointLike] = [[x - reach, y - reach], [x + reach, y + reach]];
  return pick([...query(near, overlayLayers), ...query([x, y], [...labelLayers, ...groundLayers])], map.getZoom());
}
