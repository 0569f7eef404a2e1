// HTML as Go's net/http and its templates write it.

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }

export function escapeMarkup(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] as string)
}

/** The page that http.Redirect writes for 301. */
export function redirectPage(url: string): string {
  return `<a href="${escapeMarkup(url)}">Moved Permanently</a>.\n\n`
}
