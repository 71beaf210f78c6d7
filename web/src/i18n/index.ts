import { en } from './en';
import { zh, type Texts } from './zh';

export type { Texts };

/** A language of the page. */
export type Language = 'zh' | 'en';

/** Whether a text names a language of the page. */
export const isLanguage = (text: string): text is Language => text === 'zh' || text === 'en';

/** The language that the browser's user prefers of the two. */
export const preferredLanguage = (tag: string): Language => (tag.toLowerCase().startsWith('zh') ? 'zh' : 'en');

/** The texts of a language. */
export const texts = (language: Language): Texts => (language === 'zh' ? zh : en);
