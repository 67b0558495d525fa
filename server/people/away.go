package people

// Away says whether a person, as last known, is unlikely to answer: offline, away, not to be disturbed, or out of office.
func (r Reading) Away() bool {
	switch r.Availability {
	case "Offline", "Away", "DoNotDisturb":
		return true
	}
	return r.OutOfOffice || r.Activity == "OutOfOffice"
}
