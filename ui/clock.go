package ui

import (
	"fmt"
	"strconv"
	"time"
)

// flush sets a number flush right in n cells.
func flush(s string, n int) string { return blanks(n-len(s)) + s }

// running is a live timer in a field of five cells: 02:13, from an hour 1:02:11.
func running(d time.Duration) string {
	s := int(max(0, d) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return string([]byte{byte('0' + s/600), byte('0' + s/60%10), ':', byte('0' + s%60/10), byte('0' + s%10)})
}

// lasted is a measured duration: 0:38, 11:20, 1:02:11.
func lasted(d time.Duration) string {
	s := int(max(0, d) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return strconv.Itoa(s/60) + ":" + two(s%60)
}

func two(n int) string { return string([]byte{byte('0' + n/10%10), byte('0' + n%10)}) }

func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// age in three cells: 4s 26m 2h 3d, at most 99d.
func age(d time.Duration) string {
	switch {
	case d < 0:
		return "0s"
	case d < 100*time.Second:
		return strconv.Itoa(int(d/time.Second)) + "s"
	case d < 100*time.Minute:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	}
	return strconv.Itoa(min(99, int(d/(24*time.Hour)))) + "d"
}

// clock is the time of day, with seconds or without.
func clock(t time.Time, seconds bool) string {
	if t.IsZero() {
		return ""
	}
	s := two(t.Hour()) + ":" + two(t.Minute())
	if seconds {
		s += ":" + two(t.Second())
	}
	return s
}

// day is a moment in a list: 09:41 today, Tue 17 Nov on other days, 17 Nov 2025 in other years.
func (v words) day(t, now time.Time) string {
	t = t.In(now.Location())
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return clock(t, false)
	}
	if t.Year() == now.Year() {
		return v.date(t)
	}
	return t.Format(v[wDateYear])
}

func (v words) date(t time.Time) string {
	if v[wLanguage] == "en" {
		return t.Format("Mon 2 Jan")
	}
	return t.Format(v[wDateShort])
}

// ordinal is 1st, 2nd, 3rd, 4th in English; other languages have their own way in the sentence.
func (v words) ordinal(n int) string {
	if v[wLanguage] != "en" {
		return strconv.Itoa(n)
	}
	switch {
	case n%100 >= 11 && n%100 <= 13:
		return strconv.Itoa(n) + "th"
	case n%10 == 1:
		return strconv.Itoa(n) + "st"
	case n%10 == 2:
		return strconv.Itoa(n) + "nd"
	case n%10 == 3:
		return strconv.Itoa(n) + "rd"
	}
	return strconv.Itoa(n) + "th"
}
