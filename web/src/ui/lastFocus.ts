/** Where the focus goes back to when what lay above the page is put away. */
let last: HTMLElement | null = null;

/** Notes where the focus is, but for what lies above the page; begins once, with the page. */
export function noteFocus(): void {
  document.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLElement && target.closest("[role=dialog],[role=menu]") === null) last = target;
  });
}

/** What opened something above the page has it back, though the pointer alone was there. */
export function comeBackTo(opener: HTMLElement | null): void {
  last = opener;
}

/** Puts the focus back; to the content where what had it is there no more. */
export function refocus(): void {
  const place = last?.isConnected ? last : document.getElementById("content");
  place?.focus({ preventScroll: true });
}
