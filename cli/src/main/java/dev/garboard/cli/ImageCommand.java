package dev.garboard.cli;

import picocli.CommandLine.Command;

/** Node images. */
@Command(
        name = "image",
        description = "Build, check, import and prefer node images.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ImageBuildCommand.class,
            ImageInspectCommand.class,
            ImageVerifyCommand.class,
            ImageImportCommand.class,
            ImageListCommand.class,
            ImagePreferCommand.class
        })
final class ImageCommand {}
