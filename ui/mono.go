package ui

import "time"

var began = time.Now()
