// What the benchmark's backend serves: JSON objects of 500 bytes, 10 KB and 117 KB.

export const BIG_ITEMS = 800
const SMALL_BYTES = 500
const ITEM_BYTES = 145

export const SMALL_JSON = padTo(SMALL_BYTES, (text) => ({
  id: 4711,
  name: 'A thing that somebody sells',
  price: 19.9,
  tags: ['new', 'garden', 'blue'],
  owner: { id: 12, login: 'somebody', url: 'https://example.com/users/12' },
  stock: { total: 140, reserved: 12, locations: [1, 5, 9] },
  is_active: true,
  parent: null,
  description: text,
}))

export const MEDIUM_JSON = items(70)
export const BIG_JSON = items(BIG_ITEMS)

function items(count: number): string {
  return JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_none, i) => [`item${i}`, bigItem(i)])))
}

function bigItem(id: number): unknown {
  const text = padTo(ITEM_BYTES - 9, (filler) => ({
    id,
    name: `Item number ${id}`,
    price: id * 1.25,
    tags: ['a', 'b'],
    is_active: id % 2 === 0,
    text: filler,
  }))
  return JSON.parse(text)
}

/** JSON of exactly that many bytes; `make` puts the filler somewhere. */
function padTo(bytes: number, make: (filler: string) => unknown): string {
  const bare = JSON.stringify(make('')).length
  return JSON.stringify(make('lorem ipsum dolor sit amet '.repeat(bytes).slice(0, bytes - bare)))
}
