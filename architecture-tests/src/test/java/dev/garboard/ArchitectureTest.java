package dev.garboard;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/** Holds the arrows of ARCHITECTURE: who may know whom, and who alone may touch the process. */
@AnalyzeClasses(packages = "dev.garboard", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** Whom a module may know besides itself. A module that is not listed here fails the test below. */
    private static final Map<String, List<String>> ARROWS = Map.ofEntries(
            Map.entry("admission", List.of()),
            Map.entry("trust", List.of()),
            Map.entry("dhcp", List.of()),
            Map.entry("tftp", List.of()),
            Map.entry("nodeconfig", List.of()),
            Map.entry("inventory", List.of("kubernetes", "nodeconfig")),
            Map.entry("httpboot", List.of("inventory", "admission")),
            Map.entry("operatorapi", List.of("inventory", "trust", "admission", "nodeconfig")),
            Map.entry("agentapi", List.of("trust", "admission")),
            Map.entry("kubernetes", List.of("trust", "nodeconfig")),
            Map.entry("fleet", List.of("inventory", "trust", "admission", "agentapi", "kubernetes", "nodeconfig")),
            Map.entry("image", List.of("trust", "kubernetes")),
            Map.entry("agent", List.of("agentapi", "trust", "admission", "dhcp", "kubernetes", "nodeconfig")),
            Map.entry(
                    "server",
                    List.of(
                            "dhcp",
                            "tftp",
                            "inventory",
                            "httpboot",
                            "operatorapi",
                            "agentapi",
                            "fleet",
                            "image",
                            "kubernetes",
                            "admission",
                            "trust")),
            Map.entry("lab", List.of("trust", "dhcp", "image")),
            Map.entry(
                    "cli",
                    List.of("server", "lab", "image", "trust", "agentapi", "inventory", "kubernetes", "nodeconfig")));

    @ArchTest
    static void arrowsPointOneWay(JavaClasses all) {
        var wrong = new ArrayList<String>();
        for (var from : all) {
            var known = ARROWS.get(module(from));
            if (known == null) {
                wrong.add(from.getName() + " is in a module that has no arrows");
                continue;
            }
            from.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(target -> target.getPackageName().startsWith("dev.garboard"))
                    .filter(target -> !module(target).equals(module(from)) && !known.contains(module(target)))
                    .forEach(target -> wrong.add(from.getName() + " knows " + target.getName()));
        }
        assertEquals(List.of(), wrong.stream().distinct().sorted().toList());
    }

    /** Inside a module as well: each package is a slice of its own. */
    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("dev.garboard.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule featuresAreFreeOfCycles =
            slices().matching("dev.garboard.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule inventoryKnowsNoProtocol = noClasses()
            .that()
            .resideInAPackage("dev.garboard.inventory..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty..", "io.vertx..", "io.grpc..");

    @ArchTest
    static final ArchRule protocolsKnowNoWebServerAndNoDatabase = noClasses()
            .that()
            .resideInAnyPackage("dev.garboard.dhcp..", "dev.garboard.tftp..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "java.sql..", "org.jdbi..", "io.grpc..");

    @ArchTest
    static final ArchRule exceptionsAreUnchecked =
            classes().that().haveSimpleNameEndingWith("Exception").should().beAssignableTo(RuntimeException.class);

    /** Everything else is handed what it needs, so that a reader finds all input and every way out in one place. */
    @ArchTest
    static final ArchRule onlyMainExitsOrReadsTheEnvironment = noClasses()
            .that()
            .haveSimpleNameNotEndingWith("Main")
            .should()
            .callMethodWhere(target(owner(type(System.class))).and(target(nameMatching("exit|getenv"))))
            .orShould()
            .callMethodWhere(target(owner(type(Runtime.class))).and(target(nameMatching("exit|halt"))));

    /** The agent is the only reaper of its machine; ProcessBuilder would wait behind its back. */
    @ArchTest
    static final ArchRule theAgentSpawnsByItself = noClasses()
            .that(resideInAPackage("dev.garboard.agent.."))
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(ProcessBuilder.class);

    /** A rule over nothing always passes, so the scan itself has a floor. Raise it as the code grows. */
    @ArchTest
    static void enoughClassesAreScanned(JavaClasses all) {
        assertTrue(all.size() >= 30, () -> "only " + all.size() + " classes were scanned");
        var modules = all.stream().map(ArchitectureTest::module).distinct().toList();
        assertTrue(modules.containsAll(ARROWS.keySet()), () -> "only the modules " + modules + " were scanned");
    }

    /** Generated code is not marked: it lives in packages of its own. */
    @ArchTest
    static void everyPackageIsNullMarked(JavaClasses all) {
        var bare = all.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(p -> !p.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName)
                .filter(name -> !List.of(
                                "dev.garboard.agentapi.v1", "dev.garboard.agentapi.etcd", "dev.garboard.agentapi.cri")
                        .contains(name))
                .toList();
        assertEquals(List.of(), bare);
    }

    private static String module(JavaClass type) {
        var rest = type.getPackageName().substring("dev.garboard".length());
        if (rest.isEmpty()) {
            return "";
        }
        int end = rest.indexOf('.', 1);
        return end < 0 ? rest.substring(1) : rest.substring(1, end);
    }
}
