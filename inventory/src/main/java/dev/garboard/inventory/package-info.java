/** The declared world as data: resources, their store and watch, machine identity, enrolment rules and the boot decision. */
@NullMarked
package dev.garboard.inventory;

import org.jspecify.annotations.NullMarked;
