@NullMarked
package dev.garboard.agent.clock;

import org.jspecify.annotations.NullMarked;
