/** What NodeConfigs and a machine's own spec make of a machine: decided purely, committed, and then told. */
@NullMarked
package dev.garboard.fleet.config;

import org.jspecify.annotations.NullMarked;
