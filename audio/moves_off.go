package audio

import "log/slog"

func watchMoves(log *slog.Logger) moves { return moves{close: func() {}} }
