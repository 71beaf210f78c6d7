import { byId, h } from '../dom';

/** The line of text that says what went wrong, with a button that does something about it. */
export interface Message {
  show(text: string, action?: { label: string; run: () => void }): void;
  hide(): void;
}

/** Takes over the element with the id `message`, which screen readers read out when it changes. */
export function createMessage(closeLabel: () => string): Message {
  const root = byId('message');
  const hide = () => root.replaceChildren();
  return {
    hide,
    show(text, action) {
      const button = action && h('button', { type: 'button', class: 'button', onclick: () => { hide(); action.run(); } }, action.label);
      const close = h('button', { type: 'button', class: 'icon-button close', 'aria-label': closeLabel(), onclick: hide }, '×');
      root.replaceChildren(h('p', {}, text), ...(button ? [button] : []), close);
    },
  };
}
