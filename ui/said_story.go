package ui

import (
	"maps"
	"strings"

	"cordboard/session/wire"
)

// stories are the lines of the story of a contact, as the desk tells it while the call goes on, and why an offer came
// here; by key, as those of said.
var stories = map[string]map[string]string{
	"en": {
		"miss_console":            "It was not answered in time.",
		"miss_sip_busy":           "Your telephone was busy.",
		"miss_sip_declined":       "It was declined at your telephone.",
		"miss_sip_not_registered": "Your telephone is not registered.",
		"miss_sip_unreachable":    "Your telephone could not be reached.",
		"miss_sip_no_number":      "Your telephone's address does not exist.",
		"miss_sip_voicemail":      "A voicemail answered at your telephone.",
		"miss_sip":                "Your telephone was not answered in time.",
		"miss_teams_busy":         "You were busy in Teams.",
		"miss_teams_declined":     "It was declined in Teams.",
		"miss_teams_unreachable":  "Teams could not be reached.",
		"miss_teams_no_number":    "Teams does not know your number.",
		"miss_teams_voicemail":    "Your voicemail in Teams answered.",
		"miss_teams":              "It was not answered in Teams in time.",
		"idle_none":               "You are in no line now.",
		"idle_next":               "You are next.",
		"idle_before":             "Before you: {who}, idle longer.",
		"idle_kept":               "No calls of {queues} while Teams says {activity}.",
		"story_adding":            "ringing {who} for the group call",
		"story_agent_left":        "{who} left; the others go on",
		"story_answered":          "answered",
		"story_asked_answers":     "{who} answers; the caller hears music",
		"story_asked_key":         "{who} is asked for a key",
		"story_asking":            "asking {who}",
		"story_back":              "{who} is back",
		"story_caller_hands":      "the caller hands the own place to {to}",
		"story_caller_off":        "the caller hung up; the others go on",
		"story_calling":           "calling {who}",
		"story_came":              "came in by trunk {trunk}",
		"story_console_gone":      "{who}'s console is gone",
		"story_console_lost":      "{who}'s console was lost",
		"story_first":             "first in line in {queue}",
		"story_group":             "group call with {who}",
		"story_guest_left":        "{who} left",
		"story_guest_removed":     "{who} was let go",
		"story_had_help":          "{who} had to place an emergency call",
		"story_handed_nobody":     "handed on by {who}, and nobody took it: {why}",
		"story_hands_own":         "{who} hands the own place to {to}",
		"story_hands_to":          "{who} hands the caller to {to}",
		"story_has":               "{who} has the caller",
		"story_heard":             "{who} can be heard again",
		"story_help":              "{who} places an emergency call; on hold",
		"story_hold":              "on hold",
		"story_hung_up_at_once":   "{who} hung up at once",
		"story_instead":           "{who} is there instead",
		"story_joined":            "{who} is in the group call",
		"story_key":               "{who} answered; a key is asked for",
		"story_left":              "left the queue: {why}",
		"story_line_down":         "the agent's voice line was down",
		"story_lost":              "{who}'s console is gone; music",
		"story_moved":             "moved to {who}",
		"story_muted":             "{who} is muted for the others",
		"story_partner_holds":     "{who} has the caller on hold; music",
		"story_offered":           "offered to {who}",
		"story_onward":            "on to {number}",
		"story_outcome":           "{who}: {why}",
		"story_own_first":         "ringing {who}'s telephone first",
		"story_queued":            "queued: {queue}",
		"story_refused":           "refused",
		"story_resumed":           "hold over",
		"story_sent":              "sent on from {number}",
		"story_sent_busy":         "sent on from {number}, which was busy",
		"story_sent_declined":     "sent on from {number}, where it was declined",
		"story_sent_hidden":       "sent on from a withheld number",
		"story_sent_no_answer":    "sent on from {number}, where nobody answered",
		"story_sent_unreachable":  "sent on from {number}, which could not be reached",
		"story_taken_back":        "taken back from {who}",
		"story_taken_over":        "taken over by another telephone",
		"story_talking":           "talking to {who}",
		"story_teams_key":         "{who}'s Teams answered; a key is asked for",
		"story_telephone":         "{who}'s telephone: {why}",
		"story_telephone_lost":    "{who}'s telephone was lost",
		"story_to_nobody":         "{who}'s telephone wanted to hand the caller on to nobody we know",
		"story_transfer":          "transfer to {who}",
		"story_transfer_failed":   "transfer to {who} failed: {why}",
		"why_asked":               "{who} asks you first",
		"why_handed":              "{who} hands the caller on to you",
		"why_longest":             "idle longest of {n}: {time}",
		"why_only":                "the only one free, idle {time}",
		"why_skill":               "{skill} {level} wanted",
	},
	"zh": {
		"miss_console":            "未及时接听。",
		"miss_sip_busy":           "您的话机正忙。",
		"miss_sip_declined":       "已在您的话机上拒接。",
		"miss_sip_not_registered": "您的话机未注册。",
		"miss_sip_unreachable":    "无法接通您的话机。",
		"miss_sip_no_number":      "您的话机地址不存在。",
		"miss_sip_voicemail":      "您话机的语音信箱接听了。",
		"miss_sip":                "您的话机未及时接听。",
		"miss_teams_busy":         "您在 Teams 中正忙。",
		"miss_teams_declined":     "已在 Teams 中拒接。",
		"miss_teams_unreachable":  "无法接通 Teams。",
		"miss_teams_no_number":    "Teams 不认识您的号码。",
		"miss_teams_voicemail":    "您在 Teams 的语音信箱接听了。",
		"miss_teams":              "未在 Teams 中及时接听。",
		"idle_none":               "您目前不在任何排序中。",
		"idle_next":               "下一个来电是您的。",
		"idle_before":             "在您之前：{who}，空闲更久。",
		"idle_kept":               "Teams 显示 {activity} 时没有 {queues} 的来电。",
		"story_adding":            "正在呼叫 {who} 加入多方通话",
		"story_agent_left":        "{who} 已离开，其他人继续通话",
		"story_answered":          "已接听",
		"story_asked_answers":     "{who} 已应答，来电者听到音乐",
		"story_asked_key":         "正请 {who} 按键",
		"story_asking":            "正在咨询 {who}",
		"story_back":              "{who} 已恢复",
		"story_caller_hands":      "来电者把自己的位置交给 {to}",
		"story_caller_off":        "来电者已挂断，其他人继续通话",
		"story_calling":           "正在呼叫 {who}",
		"story_came":              "经中继 {trunk} 呼入",
		"story_console_gone":      "{who} 的终端已断开",
		"story_console_lost":      "{who} 的终端已断开",
		"story_first":             "在 {queue} 排在首位",
		"story_group":             "与 {who} 的多方通话",
		"story_guest_left":        "{who} 已离开",
		"story_guest_removed":     "{who} 已被移出",
		"story_had_help":          "{who} 须拨打紧急电话",
		"story_handed_nobody":     "由 {who} 转出，无人接听：{why}",
		"story_hands_own":         "{who} 把自己的位置交给 {to}",
		"story_hands_to":          "{who} 把来电者转给 {to}",
		"story_has":               "{who} 已接过来电者",
		"story_heard":             "其他人可再次听到 {who}",
		"story_help":              "{who} 正在拨打紧急电话，保持中",
		"story_hold":              "保持",
		"story_hung_up_at_once":   "{who} 立即挂断",
		"story_instead":           "由 {who} 代替",
		"story_joined":            "{who} 已加入多方通话",
		"story_key":               "{who} 已应答，正请其按键",
		"story_left":              "已离开队列：{why}",
		"story_line_down":         "坐席的语音线路中断",
		"story_lost":              "{who} 的终端已断开，播放音乐",
		"story_moved":             "已转到 {who}",
		"story_muted":             "{who} 已对其他人静音",
		"story_partner_holds":     "{who} 让来电人保持等待；播放音乐",
		"story_offered":           "已分配给 {who}",
		"story_onward":            "转往 {number}",
		"story_outcome":           "{who}：{why}",
		"story_own_first":         "先呼叫 {who} 的话机",
		"story_queued":            "已排队：{queue}",
		"story_refused":           "已拒绝",
		"story_resumed":           "保持结束",
		"story_sent":              "由 {number} 转来",
		"story_sent_busy":         "由 {number} 转来，该号码忙",
		"story_sent_declined":     "由 {number} 转来，已被拒接",
		"story_sent_hidden":       "由隐藏号码转来",
		"story_sent_no_answer":    "由 {number} 转来，无人接听",
		"story_sent_unreachable":  "由 {number} 转来，无法接通",
		"story_taken_back":        "已从 {who} 收回",
		"story_taken_over":        "由另一部电话接过",
		"story_talking":           "正在与 {who} 通话",
		"story_teams_key":         "{who} 的 Teams 已应答，正请其按键",
		"story_telephone":         "{who} 的话机：{why}",
		"story_telephone_lost":    "{who} 的话机已断开",
		"story_to_nobody":         "{who} 的话机要把来电者转给未知对象",
		"story_transfer":          "转接给 {who}",
		"story_transfer_failed":   "转接给 {who} 失败：{why}",
		"why_asked":               "{who} 先向您咨询",
		"why_handed":              "{who} 把来电者转给您",
		"why_longest":             "{n} 人中空闲最久：{time}",
		"why_only":                "唯一空闲，已空闲 {time}",
		"why_skill":               "需要 {skill} {level} 级",
	},
}

// outcomes are what a value named why may be: a code of the server, in words.
var outcomes = map[string]string{
	"missed": "未接", "declined": "已拒接", "busy": "正忙", "no_answer": "无人接听", "no_number": "号码不存在", "unreachable": "无法接通", "voicemail": "语音信箱接听",
	"caller_gone": "来电者已挂断", "withdrawn": "已撤回", "line_down": "语音线路中断", "left": "已离开", "nobody": "无人接听", "elsewhere": "已在别处接听", "cancelled": "已取消",
	"completed": "已完成", "abandoned": "已放弃", "transferred": "已转接", "unanswered": "未应答", "refused": "已拒绝", "broken": "已中断", "open": "进行中",
	"accepted": "已接听", "caller": "来电者", "agent": "坐席", "expert": "专家", "console_gone": "终端断开", "console_back": "终端恢复", "grace_over": "等待恢复的时间已过", "media_failed": "语音失败",
	"telephone_gone": "话机不在线", "not_registered": "未注册", "telephone": "话机", "unconditional": "全部转接", "unavailable": "无法接通", "the server had stopped": "服务器曾停止", "agent_lost": "坐席断开",
	"closed": "已关闭", "holiday": "节假日", "nobody_signed_in": "无人登录", "longest_wait": "等待已满", "no_queue": "没有此队列", "not_allowed": "不允许", "full": "队列已满",
}

// told is a line of a story in the person's language.
func (v words) told(l wire.Line) string {
	args := l.Args
	if why := args["why"]; why != "" {
		args = maps.Clone(args)
		args["why"] = v.outcome(why)
	}
	return v.sentence(wire.Said{Key: l.Key, Args: args, Words: l.Words})
}

// outcome is a code in words.
func (v words) outcome(code string) string {
	if w := outcomes[code]; w != "" && v[wLanguage] == "zh" {
		return w
	}
	return strings.ReplaceAll(code, "_", " ")
}

// reasons are why a call came here, one by one; words is how a server says it that does not list them.
func (v words) reasons(all []wire.Line, words string) []string {
	if len(all) == 0 {
		if words == "" {
			return nil
		}
		return []string{words}
	}
	parts := make([]string, len(all))
	for i, l := range all {
		parts[i] = v.told(l)
	}
	return parts
}

// because is why an offer came here, in one line.
func (v words) because(o *wire.Offer) string {
	all := v.reasons(o.Because, o.Why)
	if v[wLanguage] == "zh" {
		return strings.Join(all, "，")
	}
	return strings.Join(all, ", ")
}
