// Letters of time zones that Intl does not know, or knows where the IANA data has none.

/** Letters (empty: a number), hours east of UTC for which they hold, zones. */
const ROWS: readonly (readonly [string, number, string])[] = [
  ['HST', -10, 'America/Adak America/Atka US/Aleutian'],
  ['HDT', -9, 'America/Adak America/Atka US/Aleutian'],
  ['MST', -7, 'America/Dawson America/Hermosillo America/Mazatlan America/Whitehorse Canada/Yukon Mexico/BajaSur'],
  ['CST', -5, 'America/Havana Cuba'],
  ['CDT', -4, 'America/Havana Cuba'],
  ['', -3, 'America/Miquelon'],
  ['', -2, 'America/Miquelon'],
  ['', 8, 'Antarctica/Casey'],
  ['', 0, 'Antarctica/Troll'],
  ['CST', 8, 'Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai Asia/Taipei PRC ROC'],
  ['', 5.5, 'Asia/Colombo'],
  ['', 4, 'Asia/Dubai Asia/Muscat'],
  ['HKT', 8, 'Asia/Hong_Kong Hongkong'],
  ['WIB', 7, 'Asia/Jakarta Asia/Pontianak'],
  ['WIT', 9, 'Asia/Jayapura'],
  ['IST', 2, 'Asia/Jerusalem Asia/Tel_Aviv Israel'],
  ['IDT', 3, 'Asia/Jerusalem Asia/Tel_Aviv Israel'],
  ['PKT', 5, 'Asia/Karachi'],
  ['WITA', 8, 'Asia/Makassar Asia/Ujung_Pandang'],
  ['PST', 8, 'Asia/Manila'],
  ['KST', 9, 'Asia/Pyongyang Asia/Seoul ROK'],
  ['JST', 9, 'Asia/Tokyo Japan'],
  ['', 8.75, 'Australia/Eucla'],
  ['', 11, 'Australia/LHI Australia/Lord_Howe'],
  ['', 10.5, 'Australia/LHI Australia/Lord_Howe'],
  ['IST', 1, 'Eire Europe/Dublin'],
  ['GMT', 0, 'Etc/GMT GMT GMT+0 GMT-0 GMT0'],
  ['BST', 1, 'Europe/Guernsey Europe/Isle_of_Man Europe/Jersey'],
  ['MSK', 3, 'Europe/Kirov Europe/Moscow Europe/Simferopol Europe/Volgograd W-SU'],
  ['MET', 1, 'MET'],
  ['MEST', 2, 'MET'],
  ['', 13.75, 'NZ-CHAT Pacific/Chatham'],
  ['', 12.75, 'NZ-CHAT Pacific/Chatham'],
  ['ChST', 10, 'Pacific/Guam Pacific/Saipan'],
  ['SST', -11, 'Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa'],
]

const LETTERS: ReadonlyMap<string, string> = new Map(
  ROWS.flatMap(([letters, hours, zones]) => zones.split(' ').map((zone) => [`${zone} ${hours * 3600}`, letters] as const)),
)

/** The letters of a zone at an offset in seconds; empty: it has none, undefined: Intl knows better. */
export function zoneLetters(zone: string, offset: number): string | undefined {
  return LETTERS.get(`${zone} ${offset}`)
}
