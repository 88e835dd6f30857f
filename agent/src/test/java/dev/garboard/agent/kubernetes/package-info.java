@NullMarked
package dev.garboard.agent.kubernetes;

import org.jspecify.annotations.NullMarked;
