import { addProtocol, Map as MapLibre, NavigationControl, Popup, ScaleControl, setWorkerUrl, type MapGeoJSONFeature } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import worker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?raw';
import { PMTiles, Protocol } from 'pmtiles';
import { nameOnce, source as names } from './names';
import { colourOf, style } from './style';
import './style.css';

/** What an archive says of itself. */
interface Metadata {
  name?: string;
  attribution?: string;
  vector_layers?: { id: string; description?: string }[];
}

const element = <Type extends HTMLElement>(selector: string): Type => document.querySelector<Type>(selector)!;

/** Opens the archive beside this page, and draws it. */
async function show(): Promise<void> {
  const address = new URL(document.querySelector<HTMLMetaElement>('meta[name=archive]')!.content, location.href).href;
  const archive = new PMTiles(address);
  const header = await archive.getHeader();
  const metadata = (await archive.getMetadata()) as Metadata;
  const layers = metadata.vector_layers ?? [];
  document.title = metadata.name ?? document.title;
  element('h1').textContent = document.title;

  const protocol = new Protocol();
  protocol.add(archive);
  addProtocol('pmtiles', protocol.tile);
  setWorkerUrl(URL.createObjectURL(new Blob([worker], { type: 'text/javascript' })));
  const map = new MapLibre({
    container: 'map',
    style: style(`pmtiles://${address}`, layers.map(({ id }) => id), metadata.attribution ?? ''),
    bounds: [header.minLon, header.minLat, header.maxLon, header.maxLat],
    fitBoundsOptions: { padding: 24 },
    hash: true,
  });
  map.addControl(new NavigationControl());
  map.addControl(new ScaleControl());
  map.on('click', ({ lngLat, point }) => {
    const feature = map.queryRenderedFeatures(point).filter(({ source }) => source !== names).at(-1);
    if (feature) new Popup({ maxWidth: '320px' }).setLngLat(lngLat).setDOMContent(details(feature)).addTo(map);
  });
  nameOnce(map, layers.map(({ id }) => id));
  legend(map, layers);
  Object.assign(window, { xiangtu: { map } });
}

/** A table of the feature's properties. */
function details({ properties }: MapGeoJSONFeature): HTMLElement {
  const table = document.createElement('table');
  for (const [name, value] of Object.entries(properties)) {
    const row = table.insertRow();
    row.append(Object.assign(document.createElement('th'), { textContent: name }), Object.assign(document.createElement('td'), { textContent: String(value) }));
  }
  return table;
}

/** A switch for each layer. */
function legend(map: MapLibre, layers: NonNullable<Metadata['vector_layers']>): void {
  const rows = layers.map(({ id, description }, index) => {
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: true });
    box.addEventListener('change', () => {
      for (const kind of ['ground', 'line', 'point', 'name']) map.setLayoutProperty(`${id}/${kind}`, 'visibility', box.checked ? 'visible' : 'none');
    });
    const colour = document.createElement('i');
    colour.style.background = colourOf(id, index);
    const label = document.createElement('label');
    label.append(box, colour, description ?? id);
    return label;
  });
  element('#legend').append(...rows);
}

show().catch((error: unknown) => {
  const message = element('.message');
  const hint = location.protocol === 'file:'
    ? '请用静态文件服务器打开本页 Open this page from a static file server'
    : '无法读取地图文件；服务器须支持按范围请求 The archive cannot be read; the server must answer range requests';
  message.textContent = `${hint}: ${error instanceof Error ? error.message : String(error)}`;
  message.hidden = false;
});
