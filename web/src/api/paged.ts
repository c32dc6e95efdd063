/** How lists are read page by page, with `api.useInfiniteQuery`: the first has no cursor. */
export const PAGED = {
  pageParamName: "cursor",
  initialPageParam: "",
  getNextPageParam: (page: { next_cursor?: string | null }) => page.next_cursor ?? undefined,
};
