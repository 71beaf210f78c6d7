import { isAborted, request } from '../api';
import { byId, h } from '../dom';
import { SearchDocument, type SearchQuery } from '../generated/graphql';
import type { Texts } from '../i18n';
import { layerKey, type FeatureKey } from '../layers';

type Hit = SearchQuery['search'][number]['feature'];

/** How long typing must rest before the server is asked, in milliseconds. */
const pause = 160;

/**
 * Takes over the search field and its list of hits, a combobox as WAI-ARIA describes it: the arrow keys choose, Enter
 * goes there, Escape closes. `go` hears what was chosen.
 */
export function createSearch(texts: () => Texts, go: (feature: FeatureKey) => void, failed: () => void): void {
  const input = byId<HTMLInputElement>('search');
  const list = byId('hits');
  const status = byId('hits-status');
  let hits: Hit[] = [];
  let active = -1;
  let pending: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    pending?.abort();
    clearTimeout(timer);
    hits = [];
    render();
    list.hidden = true;
    status.textContent = '';
  };
  const choose = (index: number) => {
    const hit = hits[index];
    if (!hit) return;
    input.value = hit.name;
    close();
    go({ layer: layerKey(hit.layer), code: hit.code });
  };
  const activate = (index: number) => {
    active = hits.length === 0 ? -1 : (index + hits.length) % hits.length;
    [...list.children].forEach((option, at) => option.setAttribute('aria-selected', String(at === active)));
    list.children[active]?.scrollIntoView({ block: 'nearest' });
    if (active < 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', `hit-${active}`);
  };
  function render() {
    list.replaceChildren(...hits.map((hit, index) => option(hit, index, texts(), () => choose(index))));
    list.hidden = hits.length === 0;
    input.setAttribute('aria-expanded', String(hits.length > 0));
    activate(hits.length > 0 ? 0 : -1);
  }
  const search = async (text: string) => {
    pending?.abort();
    pending = new AbortController();
    try {
      hits = (await request(SearchDocument, { text }, pending.signal)).search.map(({ feature }) => feature);
      render();
      status.textContent = hits.length === 0 ? texts().searchEmpty : texts().searchFound(hits.length);
    } catch (error) {
      if (!isAborted(error)) failed();
    }
  };

  input.addEventListener('input', () => {
    const text = input.value.trim();
    clearTimeout(timer);
    if (text === '') close();
    else timer = setTimeout(() => void search(text), pause);
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return; // Enter and the arrows belong to the input method while it is open
    if (event.key === 'ArrowDown') activate(active + 1);
    else if (event.key === 'ArrowUp') activate(active - 1);
    else if (event.key === 'Enter') choose(active);
    else if (event.key === 'Escape') escape(event);
    else return;
    event.preventDefault();
  });
  const escape = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (list.hidden) input.value = '';
    close();
  };
  input.addEventListener('blur', () => { list.hidden = true; });
  input.addEventListener('focus', () => { list.hidden = hits.length === 0; });
}

function option(hit: Hit, index: number, texts: Texts, choose: () => void): HTMLElement {
  const parent = ('town' in hit ? hit.town?.name : 'village' in hit ? hit.village?.name : '') ?? '';
  const key = layerKey(hit.layer);
  const element = h(
    'li',
    { id: `hit-${index}`, role: 'option', class: 'hit', 'aria-selected': 'false', onclick: choose },
    h('span', { class: `swatch swatch-${key}`, 'aria-hidden': 'true' }),
    h('span', { class: 'hit-name' }, hit.name, h('small', {}, hit.pinyin)),
    h('span', { class: 'hit-kind' }, parent || texts.layer[key]),
  );
  // Else the field would lose the focus, and the list close, before the click arrives.
  element.addEventListener('mousedown', (event) => event.preventDefault());
  return element;
}
