import { byId, h } from '../dom';

/** The small label at the pointer with the name of what is under it. */
export interface Tooltip {
  /** Shows a name, `x` and `y` pixels into the map; null shows nothing. */
  show(feature: { name: string; kind: string } | null, x: number, y: number): void;
}

/** Takes over the element with the id `tooltip`. It repeats what a click tells, so screen readers pass it over. */
export function createTooltip(): Tooltip {
  const root = byId('tooltip');
  return {
    show(feature, x, y) {
      root.hidden = feature === null;
      if (!feature) return;
      root.replaceChildren(h('small', {}, feature.kind), feature.name);
      const left = Math.min(x + 14, innerWidth - root.offsetWidth - 8);
      const top = y + 18 + root.offsetHeight > innerHeight ? y - root.offsetHeight - 10 : y + 18;
      root.style.transform = `translate(${left}px, ${top}px)`;
    },
  };
}
