package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What people expect of any Kubernetes, in plain manifests of our own, on three container nodes. Most manifests check themselves: jobs that
 * complete when what they found is right. Not here, because not promised: network policies (the CNI plugins of a bundle have none) and
 * autoscaling (nothing measures).
 */
@TestMethodOrder(OrderAnnotation.class)
class ConformanceIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    /** Several times what two idle cores take. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @TempDir
    private static Path directory;

    private static Kubectl kubectl = new Kubectl(Path.of("kubectl"), Path.of("kubeconfig"));
    private static Workloads cluster = new Workloads(kubectl);

    @BeforeAll
    static void isPossible() {
        Requirements.root();
        kubectl = new Kubectl(
                KubernetesBuild.input("1.37.2").resolve("bin/kubectl"),
                lab.directory().resolve("cluster.kubeconfig"));
        cluster = new Workloads(kubectl);
    }

    @Test
    @Order(1)
    void theClusterTakesEveryManifest() throws IOException {
        lab.cluster("--control-planes", "1", "--workers", "2");
        var image = BusyboxImage.make(directory);
        for (var machine : List.of("m1", "m2", "m3")) {
            BusyboxImage.give(image, machine);
        }
        kubectl.apply("conformance/namespaces.yaml");
        for (var namespace :
                kubectl.says("get", "namespaces", "-o", "name").lines().toList()) {
            kubectl.says(
                    "-n",
                    namespace.substring("namespace/".length()),
                    "wait",
                    "--for=create",
                    "serviceaccount/default",
                    Workloads.TIMEOUT);
        }
        // All at once, so that what takes time does so together.
        for (var subject : List.of(
                "jobs",
                "configuration",
                "volumes",
                "pods",
                "services",
                "permissions",
                "limits",
                "workloads",
                "placement",
                "api")) {
            kubectl.apply("conformance/" + subject + ".yaml");
        }
    }

    @Test
    @Order(2)
    void everyJobFindsWhatItExpects() {
        await("all jobs complete", () -> {
            var jobs = kubectl.json("get", "jobs", "-A", "-l", "expect=success").path("items");
            for (var job : jobs) {
                if (Workloads.isTrue(job, "Failed")) {
                    throw new AssertionError(cluster.explain(job));
                }
            }
            return jobs.size() > 10 && jobs.valueStream().allMatch(job -> Workloads.isTrue(job, "Complete"));
        });
    }

    /** The kubelet takes up to a minute and a half to bring it to the file; the last tests look. */
    @Test
    @Order(3)
    void aConfigMapIsChangedUnderARunningPod() {
        await(
                "the pod runs",
                () -> cluster.pods("configuration", "watcher")
                        .anyMatch(pod ->
                                pod.at("/status/containerStatuses/0/started").asBoolean()));
        assertTrue(cluster.pods("configuration", "watcher").noneMatch(pod -> Workloads.isTrue(pod, "Ready")));

        cluster.merge("configuration", "configmap/changing", "{\"data\":{\"colour\":\"green\"}}");
    }

    @Test
    @Order(4)
    void jobsThatCannotSucceedFailWithTheirReason() {
        for (var reason : List.of("BackoffLimitExceeded", "DeadlineExceeded")) {
            await(reason, () -> {
                var job = kubectl.json("get", "jobs", "-n", "jobs", "-l", "expect=" + reason)
                        .at("/items/0");
                return Workloads.isTrue(job, "Failed")
                        && Workloads.condition(job, "Failed")
                                .path("reason")
                                .asString("")
                                .equals(reason);
            });
        }
    }

    @Test
    @Order(5)
    void aFailingLivenessProbeRestartsAndAStartupProbeHoldsItBack() {
        await("a restart", () -> cluster.restarts("pods", "dies-inside") > 0);
        cluster.deployed("pods", "starts-slowly");
        assertEquals(0, cluster.restarts("pods", "starts-slowly"));
    }

    @Test
    @Order(6)
    void endpointsFollowReadiness() {
        cluster.deployed("services", "pages");
        assertEquals(2, cluster.readyEndpoints("services", "pages"));
        var pod = cluster.pod("services", "pages");

        kubectl.says("-n", "services", "exec", pod, "--", "rm", "/tmp/ready");
        await("one endpoint left", () -> cluster.readyEndpoints("services", "pages") == 1);
        kubectl.says("-n", "services", "exec", pod, "--", "touch", "/tmp/ready");

        await("both endpoints again", () -> cluster.readyEndpoints("services", "pages") == 2);
    }

    @Test
    @Order(7)
    void logsExecCopyAndPortForward() throws Exception {
        cluster.deployed("pods", "toolbox");
        var pod = cluster.pod("pods", "toolbox");
        assertEquals("begun", kubectl.says("-n", "pods", "logs", pod));
        assertEquals("/tmp/hooked", kubectl.says("-n", "pods", "exec", pod, "--", "ls", "/tmp/hooked"));
        assertEquals(
                "as it came",
                kubectl.feed("as it came", "-n", "pods", "exec", "-i", pod, "--", "cat")
                        .succeeded()
                        .out());
        var there = Files.writeString(directory.resolve("there"), "and back");
        var back = directory.resolve("back");
        kubectl.says("-n", "pods", "cp", there.toString(), pod + ":/tmp/there");
        kubectl.says("-n", "pods", "cp", pod + ":/tmp/there", back.toString());
        assertEquals("and back", Files.readString(back));
        assertEquals("forwarded", forwarded(pod));
    }

    /** What the pod's port answers on a port of this host. */
    private static String forwarded(String pod) throws IOException, InterruptedException {
        var process = new ProcessBuilder(kubectl.command("-n", "pods", "port-forward", pod, ":8080"))
                .redirectErrorStream(true)
                .start();
        try (var said = process.inputReader(StandardCharsets.UTF_8);
                var http = HttpClient.newHttpClient()) {
            // "Forwarding from 127.0.0.1:40001 -> 8080"
            var line = Objects.requireNonNullElse(said.readLine(), "");
            assertTrue(line.startsWith("Forwarding from 127.0.0.1:"), line);
            var uri = URI.create("http://" + line.replaceAll("^Forwarding from (\\S+) ->.*", "$1") + "/");
            return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                    .body()
                    .strip();
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    @Test
    @Order(8)
    void permissionsAreAskedForAndAnswered() {
        var clerk = "--as=system:serviceaccount:permissions:clerk";
        assertEquals("yes", kubectl.says("auth", "can-i", "list", "configmaps", "-n", "permissions", clerk));
        assertEquals(
                "no",
                kubectl.run("auth", "can-i", "list", "secrets", "-n", "permissions", clerk)
                        .out()
                        .strip());
        assertEquals(
                "no",
                kubectl.run("auth", "can-i", "list", "configmaps", "-n", "jobs", clerk)
                        .out()
                        .strip());
    }

    @Test
    @Order(9)
    void anOperatorGetsAtNoNodeAndAtNothingOfKubernetesItself() {
        assertEquals("yes", operatorCan("create", "pods", "-n", "default"));
        assertEquals("yes", operatorCan("list", "pods", "-n", "kube-system"));
        assertEquals("no", operatorCan("create", "pods", "-n", "kube-system"));
        assertEquals("no", operatorCan("get", "secrets", "-n", "kube-system"));
        assertEquals("no", operatorCan("impersonate", "serviceaccounts", "-n", "kube-system"));
        assertEquals("no", operatorCan("create", "pods", "-n", "jobs"));
        assertEquals("no", operatorCan("update", "namespaces"));

        var grab = kubectl.refusalOf("""
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "grab", "namespace": "default"}, "spec": {
                  "nodeName": "m1",
                  "containers": [{"name": "grab", "image": "garboard.test/busybox:1", "command": ["sleep", "1000"]}],
                  "volumes": [{"name": "host", "hostPath": {"path": "/run"}}]
                }}
                """, "create", "-f", "-", "--as=otto", "--as-group=garboard:operator");
        assertTrue(grab.contains("violates PodSecurity \"baseline:latest\""), grab);
    }

    private static String operatorCan(String... what) {
        var words = new ArrayList<>(List.of("auth", "can-i"));
        words.addAll(List.of(what));
        words.addAll(List.of("--as=otto", "--as-group=garboard:operator"));
        return kubectl.run(words.toArray(String[]::new)).out().strip();
    }

    @Test
    @Order(9)
    void quotasAndLimitsRefuseWithTheirNumbers() {
        cluster.allReady("limits");
        var first = kubectl.json("-n", "limits", "get", "pod", "first").at("/spec/containers/0/resources");
        assertEquals("32Mi", first.at("/limits/memory").asString());
        assertEquals("16Mi", first.at("/requests/memory").asString());

        var second = kubectl.refusal("-n", "limits", "run", "second", "--image=" + BusyboxImage.NAME);
        assertTrue(
                second.contains("exceeded quota: one-pod, requested: pods=1, used: pods=1, limited: pods=1"), second);
        kubectl.says("-n", "limits", "create", "secret", "generic", "one", "--from-literal=a=b");
        var secret = kubectl.refusal("-n", "limits", "create", "secret", "generic", "two", "--from-literal=a=b");
        assertTrue(secret.contains("exceeded quota: one-pod"), secret);
        var large = kubectl.refusal(
                "-n",
                "limits",
                "run",
                "large",
                "--image=" + BusyboxImage.NAME,
                "--overrides={\"spec\":{\"containers\":[{\"name\":\"large\",\"image\":\"" + BusyboxImage.NAME
                        + "\",\"resources\":{\"limits\":{\"memory\":\"1Gi\"}}}]}}");
        assertTrue(large.contains("maximum memory usage per Container is 64Mi, but limit is 1Gi"), large);
    }

    @Test
    @Order(10)
    void aDeploymentRollsForwardAndBackAndHealsItself() {
        cluster.deployed("workloads", "rolling");
        var before = kubectl.says("-n", "workloads", "get", "replicasets", "-l", "app=rolling", "-o", "name");

        kubectl.says("-n", "workloads", "set", "env", "deployment/rolling", "EDITION=two");
        cluster.deployed("workloads", "rolling");
        assertEquals("two", edition());
        kubectl.says("-n", "workloads", "rollout", "undo", "deployment/rolling");
        cluster.deployed("workloads", "rolling");
        assertEquals("one", edition());

        kubectl.says("-n", "workloads", "delete", "pod", cluster.pod("workloads", "rolling"));
        cluster.deployed("workloads", "rolling");
        var after = kubectl.says("-n", "workloads", "get", "replicasets", "-l", "app=rolling", "-o", "name");
        assertEquals(1, before.lines().count());
        assertEquals(2, after.lines().count());
    }

    @Test
    @Order(11)
    void statefulPodsHaveNamesAndDaemonsAreOnEveryWorker() {
        kubectl.says("-n", "workloads", "rollout", "status", "statefulset/numbered", Workloads.TIMEOUT);
        assertEquals(List.of("numbered-0", "numbered-1"), cluster.names("workloads", "numbered"));
        kubectl.says("-n", "workloads", "delete", "pod", "numbered-0");
        await(
                "it is back under its name",
                () -> cluster.names("workloads", "numbered").equals(List.of("numbered-0", "numbered-1")));

        kubectl.says("-n", "workloads", "rollout", "status", "daemonset/everywhere", Workloads.TIMEOUT);
        assertEquals(List.of("m2", "m3"), cluster.nodes("workloads", "everywhere"));
    }

    @Test
    @Order(12)
    void labelsAndTaintsDecideWherePodsGo() {
        assertTrue(
                cluster.unscheduled("placement", "tolerates-nothing").contains("untolerated taint"),
                cluster.unscheduled("placement", "tolerates-nothing"));
        var waiting = kubectl.json("-n", "placement", "get", "pods", "-l", "app=chosen-by-label")
                .at("/items/0");
        assertEquals(1000, waiting.at("/spec/priority").asInt());
        assertEquals("Pending", waiting.at("/status/phase").asString());

        kubectl.says("label", "node", "m3", "conformance/disk=fast");
        cluster.deployed("placement", "chosen-by-label");
        assertEquals(List.of("m3"), cluster.nodes("placement", "chosen-by-label"));

        kubectl.says("taint", "node", "m3", "conformance/away=yes:NoExecute");
        await(
                "the pod left the tainted node",
                () -> cluster.nodes("placement", "chosen-by-label").isEmpty());
        kubectl.says("taint", "node", "m3", "conformance/away-");
        cluster.deployed("placement", "chosen-by-label");
        assertEquals(List.of("m3"), cluster.nodes("placement", "chosen-by-label"));
    }

    @Test
    @Order(13)
    void anEvictionRespectsTheBudget() {
        cluster.deployed("placement", "apart");
        assertEquals(List.of("m2", "m3"), cluster.nodes("placement", "apart"));
        await(
                "the budget counts two",
                () -> kubectl.json("-n", "placement", "get", "pdb", "apart")
                                .at("/status/currentHealthy")
                                .asInt()
                        == 2);
        var pod = cluster.pod("placement", "apart");
        var path = "/api/v1/namespaces/placement/pods/" + pod + "/eviction";
        var eviction = "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"" + pod
                + "\",\"namespace\":\"placement\"}}";

        var refusal = kubectl.refusalOf(eviction, "create", "--raw", path, "-f", "-");
        assertTrue(refusal.contains("Cannot evict pod as it would violate the pod's disruption budget"), refusal);
        cluster.merge("placement", "pdb/apart", "{\"spec\":{\"minAvailable\":1}}");

        await(
                "the eviction is allowed",
                () -> kubectl.feed(eviction, "create", "--raw", path, "-f", "-").exitCode() == 0);
        cluster.deployed("placement", "apart");
    }

    @Test
    @Order(14)
    void aKindOfOnesOwnIsCheckedServedAndWatched() {
        kubectl.says("wait", "--for=condition=Established", "crd/lamps.conformance.test", Workloads.TIMEOUT);
        kubectl.feed(lamp(20, "green"), "apply", "-f", "-").succeeded();
        assertTrue(kubectl.says("-n", "api", "get", "lamps").contains("WATTS"));
        // That of a list is lost by kubectl.
        var version = kubectl.json("-n", "api", "get", "lamp", "desk")
                .at("/metadata/resourceVersion")
                .asString();

        var dark = kubectl.refusalOf(lamp(0, "green"), "apply", "-f", "-");
        assertTrue(dark.contains("spec.watts: Invalid value: 0"), dark);
        var hot = kubectl.refusalOf(lamp(60, "red"), "apply", "-f", "-");
        assertTrue(hot.contains("a red lamp has less than 40 W"), hot);
        kubectl.says(
                "-n",
                "api",
                "patch",
                "lamp",
                "desk",
                "--subresource=status",
                "--type=merge",
                "-p",
                "{\"status\":{\"lit\":true}}");
        kubectl.says("-n", "api", "delete", "lamp", "desk");

        var events = kubectl.says(
                "get",
                "--raw",
                "/apis/conformance.test/v1/namespaces/api/lamps?watch=true&timeoutSeconds=2&resourceVersion="
                        + version);
        assertEquals(
                List.of("MODIFIED", "DELETED"),
                events.lines()
                        .map(line -> line.replaceAll("^\\{\"type\":\"([A-Z]+)\".*", "$1"))
                        .toList());
    }

    private static String lamp(int watts, String colour) {
        return "{\"apiVersion\":\"conformance.test/v1\",\"kind\":\"Lamp\",\"metadata\":{\"name\":\"desk\",\"namespace\":\"api\"},"
                + "\"spec\":{\"watts\":" + watts + ",\"colour\":\"" + colour + "\"}}";
    }

    @Test
    @Order(15)
    void aFieldThatSomebodyElseAppliedIsAConflict() {
        kubectl.feed(owned("blue"), "apply", "--server-side", "--field-manager=one", "-f", "-")
                .succeeded();

        var conflict = kubectl.refusalOf(owned("red"), "apply", "--server-side", "--field-manager=two", "-f", "-");
        assertTrue(conflict.contains("conflict with \"one\": .data.colour"), conflict);
        kubectl.feed(owned("red"), "apply", "--server-side", "--force-conflicts", "--field-manager=two", "-f", "-")
                .succeeded();

        assertEquals("red", kubectl.says("-n", "api", "get", "configmap", "owned", "-o", "jsonpath={.data.colour}"));
    }

    private static String owned(String colour) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"owned\",\"namespace\":\"api\","
                + "\"labels\":{\"owner\":\"test\"}},\"data\":{\"colour\":\"" + colour + "\"}}";
    }

    @Test
    @Order(16)
    void anAdmissionPolicyRefusesWithItsWords() {
        await(
                "the policy refuses",
                () -> kubectl.run("-n", "api", "create", "configmap", "nobodys", "--dry-run=server")
                        .err()
                        .contains("say whose it is with the label owner"));
        var immutable = kubectl.refusal(
                "-n",
                "configuration",
                "patch",
                "configmap",
                "fixed",
                "--type=merge",
                "-p",
                "{\"data\":{\"colour\":\"red\"}}");
        assertTrue(immutable.contains("field is immutable when `immutable` is set"), immutable);
    }

    @Test
    @Order(17)
    void aChangedConfigMapReachesItsFileAndACronJobItsMinute() {
        cluster.deployed("configuration", "sees-a-change");
        await(
                "the cron job ran",
                () -> kubectl.json("-n", "jobs", "get", "jobs")
                        .path("items")
                        .valueStream()
                        .anyMatch(job -> job.at("/metadata/ownerReferences/0/name")
                                        .asString("")
                                        .equals("every-minute")
                                && Workloads.isTrue(job, "Complete")));
    }

    @Test
    @Order(18)
    void debiansKubectlOfYearsAgoWorksToo() throws IOException {
        var old = new Kubectl(DebianKubectl.program(directory.resolve("debian")), kubectl.kubeconfig());

        old.apply("conformance/old-client.yaml");
        old.says("-n", "old-client", "rollout", "status", "deployment/plain", Workloads.TIMEOUT);
        assertEquals("begun", old.says("-n", "old-client", "logs", "deployment/plain"));
        assertEquals("here", old.says("-n", "old-client", "exec", "deployment/plain", "--", "echo", "here"));
        assertEquals("yes", old.says("auth", "can-i", "create", "pods"));
        assertEquals(3, old.json("get", "nodes").path("items").size());
        old.says("-n", "old-client", "scale", "deployment/plain", "--replicas=2");
        old.says("-n", "old-client", "rollout", "status", "deployment/plain", Workloads.TIMEOUT);
        assertTrue(old.says("describe", "node", "m2").contains("Ready"));
    }

    @Test
    @Order(19)
    void aNamespaceIsDeletedWithAllThatIsInIt() {
        kubectl.says("delete", "namespace", "workloads", Workloads.TIMEOUT);

        assertEquals("", kubectl.says("get", "pods", "-A", "-l", "app=everywhere", "-o", "name"));
    }

    /** One screen: nodes, roles, versions, etcd, control plane, name service, certificates. */
    @Test
    @Order(20)
    void clusterStatusSaysThatTheNameServiceAnswers() {
        var status = lab.cli("cluster", "status", "lab").succeeded().out();

        assertTrue(status.contains("control planes 1/1, workers 2/2"), status);
        assertTrue(
                status.lines()
                        .anyMatch(line -> line.matches("m1 +healthy +leader, \\S+ MB +answers +\\d+ days left .*")),
                status);
        assertTrue(
                status.lines()
                                .filter(line ->
                                        line.matches("m[123] +(control-plane|worker) +member +yes +v1\\.37\\.2 .*"))
                                .count()
                        == 3,
                status);

        kubectl.says("-n", "kube-system", "scale", "deployment/coredns", "--replicas=0");
        await(
                "the status says that nobody answers",
                () -> lab.cli("cluster", "status", "lab")
                        .out()
                        .contains(
                                "10.96.0.10 was asked for kubernetes.default.svc.cluster.local: found TIMEOUT, expected 10.96.0.1"));
        kubectl.says("-n", "kube-system", "scale", "deployment/coredns", "--replicas=2");
        await(
                "the name service answers again",
                () -> lab.cli("cluster", "status", "lab").out().contains(" answers "));
    }

    private static String edition() {
        return kubectl.says(
                "-n", "workloads", "exec", cluster.pod("workloads", "rolling"), "--", "sh", "-c", "echo $EDITION");
    }

    private static void await(String what, Callable<Boolean> condition) {
        LabFixture.await(what, LIMIT, condition);
    }
}
