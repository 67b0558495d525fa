package ui

import "cordboard/session/wire"

// reasons why somebody stands high in a list of people, in one word each; others are shown as they come.
var reasonsHigh = map[string]map[string]string{
	"zh": {"free": "空闲", "skill": "技能", "recent": "最近", "answers": "常接听", "name": "姓名", "team": "团队", "expert": "专家", "spoke": "通过话"},
}

// rulesReasons are the reasons that rules of the server give, by id; those of the configuration have names of their own.
var rulesReasons = map[string]string{
	"login": "刚刚登录", "connection": "连接中断", "emergency": "紧急电话", "declined": "拒接来电", "line": "语音线路中断",
	"telephone": "话机不在线", "busy": "话机正忙", "missed": "未接来电",
}

// builtInNames are those reasons as the server names them.
var builtInNames = map[string]string{
	"login": "Just signed in", "connection": "Connection lost", "emergency": "Emergency call", "declined": "Declined a call", "line": "Voice line down",
	"telephone": "Telephone not there", "busy": "Telephone busy", "missed": "Missed calls",
}

// reason is the name of a reason; a rule's own stands in the person's language.
func (v words) reason(r *wire.Reason) string {
	if v[wLanguage] == "zh" && builtInNames[r.ID] == r.Name {
		return rulesReasons[r.ID]
	}
	return r.Name
}

// why is the reason of a place in a list of people.
func (v words) why(s string) string {
	if w := reasonsHigh[v[wLanguage]][s]; w != "" {
		return w
	}
	return s
}

// said are the sentences that the server sends by key, with the same names to fill in. A key that is missing here is
// shown in the server's English words.
var said = map[string]map[string]string{
	"en": {
		"offer":              "{who} is calling. {queue}.",
		"offer_consult":      "{from} asks you about {who}.",
		"offer_transfer":     "{from} hands on {who}.",
		"mate_lost":          "{who}'s console is gone; it may come back.",
		"mate_take":          "Who asked you is gone. k and 1 takes {who}.",
		"missed":             "You missed a call. r makes you ready again.",
		"caller_gone":        "The caller hung up before you answered.",
		"withdrawn":          "The call went elsewhere.",
		"talking":            "You and {who} hear each other.",
		"talking_unheard":    "You hear {who}. You are not heard.",
		"ended_caller":       "The caller hung up.",
		"ended_you":          "You hung up.",
		"ended_transferred":  "Transferred to {to}.",
		"ended_expert":       "{to} hung up.",
		"ended_system":       "The call was cut off.",
		"transferred":        "Transferred. {who} answered.",
		"back_declined":      "{who} declined. The caller is back with you.",
		"back_busy":          "{who} is busy. The caller is back with you.",
		"back_no_answer":     "{who} did not answer. The caller is back with you.",
		"back_no_number":     "The number of {who} does not exist. The caller is back with you.",
		"back_unreachable":   "{who} could not be reached. The caller is back with you.",
		"back_cancelled":     "Taken back from {who}. The caller is back with you.",
		"back_voicemail":     "The voicemail of {who} answered. The caller is back with you.",
		"back_left":          "{who} left. The caller is back with you.",
		"guest_left":         "{who} left. You and the caller hear each other.",
		"guest_left_unheard": "{who} left. You hear the caller. You are not heard.",
		"back_nobody":        "Nobody of {who} took the call. The caller is back with you.",
		"guest_gone":         "{who} left the group call.",
		"guest_joined":       "{who} is in the group call.",
		"add_declined":       "{who} declined.",
		"add_busy":           "{who} is busy.",
		"add_no_answer":      "{who} did not answer.",
		"add_no_number":      "The number of {who} does not exist.",
		"add_unreachable":    "{who} could not be reached.",
		"add_voicemail":      "The voicemail of {who} answered.",
		"caller_left_direct": "The caller hung up. You and {who} talk on.",
		"caller_left_group":  "The caller hung up. The others go on.",
		"team_nobody":        "Nobody of {who} is available.",
		"back_hung_up":       "{who} hung up.",
		"back_nobody_took":   "Nobody of {who} took the call.",
		"back_taken":         "Taken back from {who}.",
		"kept_place":         "The caller kept the place in line.",
		"dial_busy":          "The line is busy.",
		"dial_declined":      "The call was declined.",
		"dial_no_answer":     "Nobody answered.",
		"dial_no_number":     "This number does not exist.",
		"dial_unreachable":   "The call could not be placed.",
		"code_wanted":        "This call wants a code first: 1 to 9.",
		"answer_there_sip":   "Answer on your telephone.",
		"answer_there_teams": "Answer in Teams.",
		"telephone_gone":     "Your telephone is not there. Is it on and registered?",
		"still_held":         "{who} is still on hold. h takes them back.",
		"emergency_no":       "No emergency calls from here. Take another telephone now.",
		"state_ready":        "Ready.",
		"device_none":        "No headset was found. Plug one in; until then no caller hears you.",
		"device_lost":        "No sound from {device} any more. Plug it in to go on.",
		"device_moved":       "Your microphone is {device} now, not {from}. You are muted; plug it in again, or m unmutes.",
		"device_opened":      "Microphone: {device}.",
		"device_silent":      "{device} gives no sound at all. Is it muted at the headset?",
	},
	"zh": {
		"offer":              "{who} 来电。{queue}。",
		"offer_consult":      "{from} 就 {who} 的来电向您咨询。",
		"offer_transfer":     "{from} 转来 {who}。",
		"mate_lost":          "{who} 的终端已断开，可能会恢复。",
		"mate_take":          "咨询您的同事已断开，按 k 和 1 接过 {who}。",
		"missed":             "您有一个未接来电。按 r 恢复就绪。",
		"caller_gone":        "您接听前来电者已挂断。",
		"withdrawn":          "该来电已转往别处。",
		"talking":            "您与 {who} 已接通。",
		"talking_unheard":    "您听到 {who}，对方听不到您。",
		"ended_caller":       "来电者已挂断。",
		"ended_you":          "您已挂断。",
		"ended_transferred":  "已转接给 {to}。",
		"ended_expert":       "{to} 已挂断。",
		"ended_system":       "通话已中断。",
		"transferred":        "已转接，{who} 已接听。",
		"back_declined":      "{who} 已拒接，来电者已回到您这里。",
		"back_busy":          "{who} 正忙，来电者已回到您这里。",
		"back_no_answer":     "{who} 未接听，来电者已回到您这里。",
		"back_no_number":     "{who} 的号码不存在，来电者已回到您这里。",
		"back_unreachable":   "无法接通 {who}，来电者已回到您这里。",
		"back_cancelled":     "已从 {who} 收回，来电者已回到您这里。",
		"back_voicemail":     "{who} 的语音信箱接听了，来电者已回到您这里。",
		"back_left":          "{who} 已离开，来电者已回到您这里。",
		"guest_left":         "{who} 已离开，您与来电者互相听到。",
		"guest_left_unheard": "{who} 已离开，您听到来电者，对方听不到您。",
		"back_nobody":        "{who} 无人接听，来电者已回到您这里。",
		"guest_gone":         "{who} 已离开多方通话。",
		"guest_joined":       "{who} 已加入多方通话。",
		"add_declined":       "{who} 已拒接。",
		"add_busy":           "{who} 正忙。",
		"add_no_answer":      "{who} 未接听。",
		"add_no_number":      "{who} 的号码不存在。",
		"add_unreachable":    "无法接通 {who}。",
		"add_voicemail":      "{who} 的语音信箱接听了。",
		"caller_left_direct": "来电者已挂断，您与 {who} 继续通话。",
		"caller_left_group":  "来电者已挂断，其他人继续通话。",
		"team_nobody":        "{who} 现在没有人有空。",
		"back_hung_up":       "{who} 已挂断。",
		"back_nobody_took":   "{who} 无人接听。",
		"back_taken":         "已从 {who} 收回。",
		"kept_place":         "来电者保留了原来的排队位置。",
		"dial_busy":          "对方线路忙。",
		"dial_declined":      "对方已拒接。",
		"dial_no_answer":     "无人接听。",
		"dial_no_number":     "该号码不存在。",
		"dial_unreachable":   "无法拨出此通话。",
		"code_wanted":        "此通话须先选择代码：1 至 9。",
		"answer_there_sip":   "请在您的话机上接听。",
		"answer_there_teams": "请在 Teams 中接听。",
		"telephone_gone":     "您的话机不在线。请检查是否已开机并注册。",
		"still_held":         "{who} 仍在保持中，按 h 恢复通话。",
		"emergency_no":       "此处不能拨打紧急电话，请立即使用其他电话。",
		"state_ready":        "已就绪。",
		"device_none":        "未找到耳麦，请插入；在此之前来电者听不到您。",
		"device_lost":        "{device} 没有声音了，请重新插好。",
		"device_moved":       "麦克风现为 {device}，不再是 {from}。已静音；请重新插好，或按 m 取消静音。",
		"device_opened":      "麦克风：{device}。",
		"device_silent":      "{device} 完全没有声音，耳机是否已静音？",
	},
}
