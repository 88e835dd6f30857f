/** The Linux kernel as the agent uses it: system calls through JNA, child processes, kernel log, clock, power. */
@NullMarked
package dev.garboard.agent.linux;

import org.jspecify.annotations.NullMarked;
