// What a front-end developer writes first, so that the generated types are
// not only well formed but usable: it compiles, or the judge refuses.
import type { paths } from './openapi'

type Films = paths['/v1/films']['get']['responses'][200]['content']['application/json']

export function titles(films: Films): string[] {
  return films.data.map((film) => film.title)
}

export function next(films: Films): string | null {
  return films.page.next_cursor
}

