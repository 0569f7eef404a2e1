// A moment as Go's `time.Format` writes it: a layout is how 2006-01-02 15:04:05 would look.

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const DAY_MS = 86_400_000

/** Go's words of a layout, the longer ones first. A fraction belongs to the separator before it, and no digit may follow. */
const WORDS =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|-07:00:00|-07:00|-070000|-0700|-07|Z07:00:00|Z07:00|Z070000|Z0700|Z07|[.,](?:0+|9+)(?!\d)|002|__2|_2(?!006)|01|02|03|04|05|06|15|PM|pm|1|2|3|4|5/g

type Write = (time: Date) => string

/** Splits the layout once. Local time; a fraction of a second has three digits that say something. */
export function compileTimeLayout(layout: string): Write {
  const pieces: (string | Write)[] = []
  let end = 0
  for (const { 0: word, index } of layout.matchAll(WORDS)) {
    if (index > end) pieces.push(layout.slice(end, index))
    pieces.push(writerOf(word))
    end = index + word.length
  }
  pieces.push(layout.slice(end))
  return function writeTime(time) {
    let text = ''
    for (const piece of pieces) text += typeof piece === 'string' ? piece : piece(time)
    return text
  }
}

const pad = (value: number, width: number, fill = '0'): string => String(value).padStart(width, fill)
const hour12 = (time: Date): number => time.getHours() % 12 || 12

const WRITERS: Readonly<Record<string, Write>> = {
  January: (time) => MONTHS[time.getMonth()] as string,
  Jan: (time) => (MONTHS[time.getMonth()] as string).slice(0, 3),
  Monday: (time) => DAYS[time.getDay()] as string,
  Mon: (time) => (DAYS[time.getDay()] as string).slice(0, 3),
  MST: zoneName,
  '2006': (time) => pad(time.getFullYear(), 4),
  '06': (time) => pad(time.getFullYear() % 100, 2),
  '01': (time) => pad(time.getMonth() + 1, 2),
  '1': (time) => String(time.getMonth() + 1),
  '02': (time) => pad(time.getDate(), 2),
  _2: (time) => pad(time.getDate(), 2, ' '),
  '2': (time) => String(time.getDate()),
  '002': (time) => pad(yearDay(time), 3),
  __2: (time) => pad(yearDay(time), 3, ' '),
  '15': (time) => pad(time.getHours(), 2),
  '03': (time) => pad(hour12(time), 2),
  '3': (time) => String(hour12(time)),
  '04': (time) => pad(time.getMinutes(), 2),
  '4': (time) => String(time.getMinutes()),
  '05': (time) => pad(time.getSeconds(), 2),
  '5': (time) => String(time.getSeconds()),
  PM: (time) => (time.getHours() < 12 ? 'AM' : 'PM'),
  pm: (time) => (time.getHours() < 12 ? 'am' : 'pm'),
}

function writerOf(word: string): Write {
  const known = WRITERS[word]
  if (known !== undefined) return known
  if (/^[.,]/.test(word)) return fractionOf(word)
  const isZulu = word.startsWith('Z')
  const [, hours, colon, minutes = '', seconds = ''] = /^[Z-](07)(:?)(00)?:?(00)?$/.exec(word) ?? []
  return (time) => {
    const offset = -time.getTimezoneOffset()
    if (isZulu && offset === 0) return 'Z'
    const [h, m] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60]
    const parts = [hours === undefined ? '' : pad(h, 2), ...(minutes === '' ? [] : [pad(m, 2)]), ...(seconds === '' ? [] : ['00'])]
    return (offset < 0 ? '-' : '+') + parts.join(colon)
  }
}

/** `.000` always has its digits, `.999` loses zeros at its end, and the separator with the last of them. */
function fractionOf(word: string): Write {
  const digits = word.length - 1
  const isFixed = word[1] === '0'
  return (time) => {
    const fraction = pad(time.getMilliseconds(), 3).padEnd(digits, '0').slice(0, digits)
    if (isFixed) return word.charAt(0) + fraction
    const trimmed = fraction.replace(/0+$/, '')
    return trimmed === '' ? '' : word.charAt(0) + trimmed
  }
}

function yearDay(time: Date): number {
  const first = Date.UTC(time.getFullYear(), 0, 1)
  return Math.round((Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) - first) / DAY_MS) + 1
}

const ZONE = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })

function zoneName(time: Date): string {
  return ZONE.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC'
}
