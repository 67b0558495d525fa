package media

import "time"

// processTime is not told here; the benchmark then says nothing about the processor.
func processTime() time.Duration { return 0 }
