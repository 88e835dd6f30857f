/** The agent's logs: bounded rings in memory, one a service, and the slf4j provider that fills them. */
@NullMarked
package dev.garboard.agent.logging;

import org.jspecify.annotations.NullMarked;
