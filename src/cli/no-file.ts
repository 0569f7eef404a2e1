// What commands say that need a file and have none: KrakenD's words.

export const NO_FILE_TEXT = 'Please, provide the path to the configuration file with --config or see all the options with --help\n'
