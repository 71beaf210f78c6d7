import type { Language, Texts } from '.';

type PlainText = { [Key in keyof Texts]: Texts[Key] extends string ? Key : never }[keyof Texts];

/**
 * Writes the texts of a language into the page: `data-text` names the text of an element, `data-label` its accessible
 * name, which is also the tooltip of a button, `data-placeholder` the hint of a field.
 */
export function translate(texts: Texts, language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = `${texts.title} · ${texts.subtitle}`;
  for (const element of document.querySelectorAll<HTMLElement>('[data-text], [data-label], [data-placeholder]')) {
    const { text, label, placeholder } = element.dataset as Record<string, PlainText | undefined>;
    if (text) element.textContent = texts[text];
    if (label) {
      element.setAttribute('aria-label', texts[label]);
      if (element instanceof HTMLButtonElement) element.title = texts[label];
    }
    if (placeholder) element.setAttribute('placeholder', texts[placeholder]);
  }
}
