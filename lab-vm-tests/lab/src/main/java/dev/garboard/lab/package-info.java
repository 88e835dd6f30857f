/** A laboratory of virtual machines behind garboard lab. */
@NullMarked
package dev.garboard.lab;

import org.jspecify.annotations.NullMarked;
