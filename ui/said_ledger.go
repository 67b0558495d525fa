package ui

import (
	"maps"
	"strings"

	"cordboard/session/wire"
)

// ledgers are the parts of a story as the ledger tells it, on the screen of a contact; by key, as those of said.
var ledgers = map[string]map[string]string{
	"en": {
		"led_agent_hung_up":  "agent hung up",
		"led_answered":       "answered",
		"led_at_telephone":   "at the telephone",
		"led_back_agent":     "to the agent",
		"led_back_expert":    "to the expert",
		"led_back_queue":     "to the queue",
		"led_begins":         "begins",
		"led_by_caller":      "by the caller",
		"led_by_expert":      "by the expert",
		"led_by_system":      "by the system",
		"led_by_trunk":       "by {trunk}",
		"led_caller_hung_up": "caller hung up",
		"led_chat_answered":  "{who} answered in Teams",
		"led_chat_wrote":     "wrote to {who} in Teams",
		"led_confirming":     "answered, asked for a key",
		"led_done":           "done",
		"led_expert_hung_up": "expert hung up",
		"led_failed":         "failed",
		"led_from":           "from {who}",
		"led_goes_on":        "goes on",
		"led_head":           "at the head",
		"led_heard":          "is heard again",
		"led_held":           "on hold {time}",
		"led_idle":           "idle longest: {time}",
		"led_in_teams":       "in Teams",
		"led_internal":       "internal",
		"led_jitter":         "jitter {n} ms",
		"led_joined":         "joined",
		"led_left":           "left",
		"led_loss":           "loss {n} %",
		"led_not_heard":      "is not heard",
		"led_not_joined":     "did not join",
		"led_packets":        "{n} packets",
		"led_priority":       "priority {n}",
		"led_removed":        "was let go",
		"led_rings":          "rings",
		"led_sent":           "sent on from {number}",
		"led_sent_hidden":    "sent on from a withheld number",
		"led_state":          "{from} → {to}",
		"led_stays":          "stays with the caller",
		"led_system_ended":   "ended by the system",
		"led_taken_back":     "taken back",
		"led_talked":         "talked {time}",
		"led_target":         "{kind} {who}",
		"led_time_up":        "time was up",
		"led_to":             "to {to}",
		"led_tried":          "did not take it",
		"led_until":          "until {time}",
		"led_waited":         "waited {time}",
		"led_wants":          "wants {skills}",
		"led_with":           "with {who}",
		"led_withheld":       "number withheld",
		"led_worst":          "worst leg MOS {n}",
		"led_wrapup":         "wrap-up {time}",
	},
	"zh": {
		"led_agent_hung_up":  "坐席挂断",
		"led_answered":       "已接听",
		"led_at_telephone":   "在话机上",
		"led_back_agent":     "回到坐席",
		"led_back_expert":    "回到专家",
		"led_back_queue":     "回到队列",
		"led_begins":         "开始",
		"led_by_caller":      "由来电者",
		"led_by_expert":      "由专家",
		"led_by_system":      "由系统",
		"led_by_trunk":       "经 {trunk}",
		"led_caller_hung_up": "来电者挂断",
		"led_chat_answered":  "{who} 已在 Teams 中回复",
		"led_chat_wrote":     "已在 Teams 中写给 {who}",
		"led_confirming":     "已应答，正请其按键",
		"led_done":           "完成",
		"led_expert_hung_up": "专家挂断",
		"led_failed":         "失败",
		"led_from":           "来自 {who}",
		"led_goes_on":        "进行中",
		"led_head":           "排在首位",
		"led_heard":          "可再次听到",
		"led_held":           "保持 {time}",
		"led_idle":           "空闲最久：{time}",
		"led_in_teams":       "在 Teams 中",
		"led_internal":       "内部",
		"led_jitter":         "抖动 {n} 毫秒",
		"led_joined":         "已加入",
		"led_left":           "已离开",
		"led_loss":           "丢包 {n} %",
		"led_not_heard":      "已静音",
		"led_not_joined":     "未加入",
		"led_packets":        "{n} 个数据包",
		"led_priority":       "优先级 {n}",
		"led_removed":        "已被移出",
		"led_rings":          "振铃",
		"led_sent":           "由 {number} 转来",
		"led_sent_hidden":    "由隐藏号码转来",
		"led_state":          "{from} → {to}",
		"led_stays":          "留在来电者处",
		"led_system_ended":   "由系统结束",
		"led_taken_back":     "已收回",
		"led_talked":         "通话 {time}",
		"led_target":         "{kind} {who}",
		"led_time_up":        "时间已到",
		"led_to":             "至 {to}",
		"led_tried":          "未接听",
		"led_until":          "截止 {time}",
		"led_waited":         "等待 {time}",
		"led_wants":          "需要 {skills}",
		"led_with":           "与 {who}",
		"led_withheld":       "隐藏号码",
		"led_worst":          "最差线路 MOS {n}",
		"led_wrapup":         "话后处理 {time}",
	},
}

// asked are the lines of an answer to why: of a contact, or of who waits.
func (v words) asked(r wire.Reply) []string {
	lines := r.Lines
	switch {
	case len(r.Told) > 0:
		lines = nil
		for _, l := range r.Told {
			lines = append(lines, v.told(l))
		}
	case len(r.Steps) > 0:
		lines = nil
		for _, s := range r.Steps {
			lines = append(lines, strings.TrimSpace(s.At.Format("15:04:05.000")+"  "+v.step(s.What)+"  "+v.parts(s.Parts, s.Words)))
		}
	}
	return lines
}

// kinds are to what a contact goes, in Chinese.
var kinds = map[string]string{"expert": "专家", "number": "号码", "queue": "队列", "agent": "坐席", "team": "团队", "person": "人员", "emergency": "紧急号码"}

// ledgerArgs are what fills a part, its codes in the person's language.
func (v words) ledgerArgs(p wire.Part) map[string]string {
	if v[wLanguage] != "zh" {
		return p.Args
	}
	args := maps.Clone(p.Args)
	if kind := kinds[args["kind"]]; kind != "" {
		args["kind"] = kind
	}
	if p.Key == "led_state" {
		for _, k := range []string{"from", "to"} {
			args[k] = v[(&theme{}).faceOf(wire.State(args[k])).word]
		}
	}
	return args
}

// parts are what a step, or a sum, says in the person's language.
func (v words) parts(all []wire.Part, words string) string {
	if len(all) == 0 {
		return words
	}
	zh := v[wLanguage] == "zh"
	out := make([]string, len(all))
	for i, p := range all {
		s := p.Words
		switch {
		case p.Code != "":
			if zh {
				s = v.outcome(p.Code)
				if s == strings.ReplaceAll(p.Code, "_", " ") {
					s = p.Words
				}
			}
		case p.Key != "":
			s = v.told(wire.Line{Key: p.Key, Args: v.ledgerArgs(p), Words: p.Words})
		}
		out[i] = strings.TrimSpace(p.Before + " " + s)
	}
	if zh {
		return strings.Join(out, "，")
	}
	return strings.Join(out, ", ")
}
