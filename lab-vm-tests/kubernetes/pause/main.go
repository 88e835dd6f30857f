// Command pause holds a pod's namespaces: it sleeps, and reaps the orphans of a shared PID namespace, until it is told to stop.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

var version = "unstamped"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println("pause", version)
		return
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		for {
			if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); err == syscall.EINTR {
				continue
			} else if pid <= 0 || err != nil {
				break
			}
		}
	}
}
