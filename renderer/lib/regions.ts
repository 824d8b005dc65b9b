/**
 * F6: moves the focus from one region of the window to the next. A region is any element with `data-region`; in it the
 * focus goes to `[data-region-focus]`, or else to the first thing that takes it.
 */

const focusable =
  'a[href], button:not(:disabled), input:not(:disabled), textarea:not(:disabled), select, [tabindex]:not([tabindex="-1"])';

export function focusNextRegion(by: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((region) =>
    region.checkVisibility(),
  );
  const inside = regions.findLastIndex((region) => region.contains(document.activeElement));
  for (let i = 1; i <= regions.length; i++) {
    const at = inside === -1 && by === -1 ? regions.length - i : inside + by * i;
    const region = regions.at(((at % regions.length) + regions.length) % regions.length);
    const target = region && firstFocus(region);
    if (target === undefined) continue;
    target.focus();
    return;
  }
}

function firstFocus(region: HTMLElement): HTMLElement | undefined {
  const wanted = [
    ...region.querySelectorAll<HTMLElement>('[data-region-focus]'),
    ...region.querySelectorAll<HTMLElement>(focusable),
  ];
  return wanted.find((element) => element.checkVisibility() && element.tabIndex >= 0);
}
