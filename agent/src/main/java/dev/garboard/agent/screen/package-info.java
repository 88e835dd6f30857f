/** What a person in front of the machine sees. */
@NullMarked
package dev.garboard.agent.screen;

import org.jspecify.annotations.NullMarked;
