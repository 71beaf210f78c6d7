import type { Language } from './i18n';

const locale = (language: Language): string => (language === 'zh' ? 'zh-CN' : 'en-GB');

/** A whole number with its thousands set apart. */
export const formatCount = (value: number, language: Language): string => value.toLocaleString(locale(language));

/** An area given in square metres, in square kilometres; small ones in hectares (公顷). */
export function formatArea(squareMetres: number, language: Language): string {
  const large = squareMetres >= 1e6;
  const value = (squareMetres / (large ? 1e6 : 1e4)).toLocaleString(locale(language), { maximumSignificantDigits: 3 });
  const unit = language === 'zh' ? (large ? '平方公里' : '公顷') : large ? 'km²' : 'ha';
  return `${value} ${unit}`;
}

/** A length given in metres, from one kilometre on in kilometres. */
export function formatLength(metres: number, language: Language): string {
  const large = metres >= 1000;
  const value = (large ? metres / 1000 : metres).toLocaleString(locale(language), { maximumFractionDigits: large ? 1 : 0 });
  const unit = language === 'zh' ? (large ? '公里' : '米') : large ? 'km' : 'm';
  return `${value} ${unit}`;
}

/** The day of a moment given as RFC 3339 text. */
export const formatDay = (moment: string, language: Language): string =>
  new Date(moment).toLocaleDateString(locale(language), { year: 'numeric', month: 'long', day: 'numeric' });

/** Degrees with five decimals, about a metre, longitude first. */
export const formatCoordinates = (longitude: number, latitude: number): string =>
  `${longitude.toFixed(5)}, ${latitude.toFixed(5)}`;

/** Pinyin as it is read in running text: its first letter a capital. */
export const formatPinyin = (pinyin: string): string => pinyin.charAt(0).toUpperCase() + pinyin.slice(1);
