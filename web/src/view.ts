import { isLayerKey, layerKeys, type FeatureKey, type LayerKey } from './layers';
import { isLanguage, type Language } from './i18n';

/** Where the map looks: degrees, longitude first. */
export interface Position {
  zoom: number;
  longitude: number;
  latitude: number;
}

/** What a link to the page keeps. A part that the link leaves out is null. */
export interface View {
  position: Position | null;
  layers: LayerKey[] | null;
  feature: FeatureKey | null;
  language: Language | null;
}

/**
 * Reads the part of a URL after its `#`: `at=11.2/23.6/116.4&layers=towns,belts&feature=villages/445203001001&lang=zh`.
 * As MapLibre writes it, `at` is zoom, latitude, longitude. What cannot be read counts as left out.
 */
export function parseView(hash: string): View {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const language = parameters.get('lang');
  const layers = parameters.get('layers');
  return {
    position: parsePosition(parameters.get('at')),
    layers: layers === null ? null : layerKeys.filter((key) => layers.split(',').includes(key)),
    feature: parseFeature(parameters.get('feature')),
    language: language !== null && isLanguage(language) ? language : null,
  };
}

/** Writes what parseView reads, with the leading `#`. */
export function formatView(view: View): string {
  const parts: string[] = [];
  if (view.position) {
    const { zoom, longitude, latitude } = view.position;
    parts.push(`at=${zoom.toFixed(2)}/${latitude.toFixed(5)}/${longitude.toFixed(5)}`);
  }
  if (view.layers && view.layers.length < layerKeys.length) parts.push(`layers=${view.layers.join(',')}`);
  if (view.feature) parts.push(`feature=${view.feature.layer}/${encodeURIComponent(view.feature.code)}`);
  if (view.language) parts.push(`lang=${view.language}`);
  return `#${parts.join('&')}`;
}

function parsePosition(text: string | null): Position | null {
  const numbers = (text ?? '').split('/').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [zoom, latitude, longitude] = numbers;
  if (numbers.length !== 3 || zoom === undefined || latitude === undefined || longitude === undefined) return null;
  const plausible = zoom >= 0 && zoom <= 24 && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  return plausible ? { zoom, longitude, latitude } : null;
}

function parseFeature(text: string | null): FeatureKey | null {
  const [layer, ...code] = (text ?? '').split('/');
  return layer && isLayerKey(layer) && code.join('/') !== '' ? { layer, code: code.join('/') } : null;
}
