/** A sheet as a file that stands for itself. */
import { shown } from "~/ui/shown";

const MARKS: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as it may stand in HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => MARKS[mark] ?? "");
}

/**
 * The file of a sheet that is already markup, with its style. It may load nothing and run nothing, whatever somebody
 * has written into what it tells of.
 */
export function fileOf(title: string, style: string, sheet: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escaped(shown(title))}</title>
<style>
body { margin: 0; background: #fff }
${style.replaceAll("<", "\\3c ")}</style>
</head>
<body>
${sheet}
</body>
</html>
`;
}
