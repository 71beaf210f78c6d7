import '../src/theme.css';
import './docs.css';
import { currentTheme, applyTheme } from '../src/theme';
import { h } from '../src/dom';

/** The address that the text is written with; it is shown as the one of the server that is asked. */
const written = 'http://127.0.0.1:8080';

applyTheme(currentTheme());
for (const code of document.querySelectorAll('code')) {
  code.textContent = (code.textContent ?? '').replaceAll(written, location.origin);
}
for (const block of document.querySelectorAll('pre')) {
  const text = block.textContent ?? '';
  const button = h('button', { type: 'button', onclick: () => void copy() }, 'Copy');
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  };
  // Browsers let a page write to the clipboard only where it came by a safe way.
  if (isSecureContext) block.append(button);
}
