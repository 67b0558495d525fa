package ui

// said are the sentences that the server sends by key. A key that is missing here is shown in the server's English words.
var said = map[string]map[string]string{"en": {}, "zh": {}}
