import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.camunda.zeebe.process.test.api.ZeebeTestEngine;
import io.camunda.zeebe.process.test.engine.EngineFactory;
import io.camunda.zeebe.logstreams.log.LogAppendEntry;
import io.camunda.zeebe.logstreams.log.LogStream;
import io.camunda.zeebe.logstreams.log.LogStreamWriter;
import io.camunda.zeebe.protocol.impl.encoding.MsgPackConverter;
import io.camunda.zeebe.protocol.impl.record.RecordMetadata;
import io.camunda.zeebe.protocol.impl.record.UnifiedRecordValue;
import io.camunda.zeebe.protocol.impl.record.value.job.JobRecord;
import io.camunda.zeebe.protocol.impl.record.value.usertask.UserTaskRecord;
import io.camunda.zeebe.protocol.record.Record;
import io.camunda.zeebe.protocol.record.RecordType;
import io.camunda.zeebe.protocol.record.ValueType;
import io.camunda.zeebe.protocol.record.intent.Intent;
import io.camunda.zeebe.protocol.record.intent.JobIntent;
import io.camunda.zeebe.protocol.record.intent.UserTaskIntent;
import io.camunda.zeebe.scheduler.Actor;
import io.camunda.zeebe.scheduler.ActorScheduler;
import io.camunda.zeebe.scheduler.clock.ControlledActorClock;
import io.camunda.zeebe.stream.impl.StreamProcessor;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The real Zeebe engine in memory, behind the same two ports as our embedded gateway: gRPC, and a management port that knows
 * POST /actuator/idle, POST /actuator/clock/add and GET /actuator/records?from=POSITION. The user-task calls of Zeebe's REST door,
 * which this engine lacks, are POST /actuator/user-tasks here: the command goes to the engine's log as the gateway writes it.
 *
 * <p>Prints one line, {@code READY grpc=PORT management=PORT}, when both listen. Both ports are free ones of the loopback.
 */
public final class Launcher {

  private static final InetSocketAddress ANY_PORT = new InetSocketAddress("127.0.0.1", 0);
  private static final Pattern OFFSET = Pattern.compile("\"offsetMilli\"\\s*:\\s*(\\d+)");

  private final ZeebeTestEngine engine;
  private final StreamProcessor processor;
  private final EngineThread thread = new EngineThread();

  private Launcher() throws Exception {
    engine = EngineFactory.create();
    engine.start();
    processor = (StreamProcessor) part("streamProcessor");
    ((ActorScheduler) part("scheduler")).submitActor(thread).join();
    // Time stands still between the steps of a scenario, however slow the machine is.
    ((ControlledActorClock) part("clock")).pinCurrentTime();
  }

  public static void main(String[] arguments) throws Exception {
    Launcher launcher = new Launcher();
    int grpc = launcher.serveCommands();
    int management = launcher.serveManagement();
    System.out.println("READY grpc=" + grpc + " management=" + management);
  }

  /** A second gRPC door whose calls run on an engine thread: only there do commands bear the engine's own time. */
  private int serveCommands() throws Exception {
    Server server =
        NettyServerBuilder.forAddress(ANY_PORT).executor(thread).addService((BindableService) part("gateway")).build().start();
    return server.getPort();
  }

  private int serveManagement() throws IOException {
    HttpServer server = HttpServer.create(ANY_PORT, 0);
    server.createContext("/actuator/idle", answering(exchange -> {
      waitUntilIdle(Duration.ofSeconds(20));
      return "";
    }));
    server.createContext("/actuator/clock", answering(exchange ->
        "{\"epochMilli\":" + ((ControlledActorClock) part("clock")).getCurrentTimeInMillis() + "}"));
    server.createContext("/actuator/clock/add", answering(exchange -> {
      Matcher offset = OFFSET.matcher(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      if (!offset.find()) throw new IllegalArgumentException("offsetMilli is missing");
      engine.increaseTime(Duration.ofMillis(Long.parseLong(offset.group(1))));
      Thread.sleep(15); // timers that became due are written by a task of their own
      waitUntilIdle(Duration.ofSeconds(20));
      return "{}";
    }));
    server.createContext("/actuator/records", answering(exchange -> {
      String query = exchange.getRequestURI().getQuery();
      return records(query == null ? -1 : Long.parseLong(query.replaceFirst("^from=", "")));
    }));
    server.createContext("/actuator/jobs/failure", answering(exchange -> {
      failJob(new ObjectMapper().readTree(exchange.getRequestBody()));
      return "{}";
    }));
    server.createContext("/actuator/user-tasks", answering(exchange -> {
      commandUserTask(new ObjectMapper().readTree(exchange.getRequestBody()));
      return "{}";
    }));
    server.setExecutor(Executors.newFixedThreadPool(2));
    server.start();
    return server.getAddress().getPort();
  }

  private void waitUntilIdle(Duration limit) throws Exception {
    long deadline = System.nanoTime() + limit.toNanos();
    long before = -1;
    for (int calm = 0; calm < 3; Thread.sleep(2)) {
      long written = processor.getLastWrittenPositionAsync().join();
      boolean done = processor.hasProcessingReachedTheEnd().join();
      calm = done && written == before ? calm + 1 : 0;
      before = written;
      if (System.nanoTime() > deadline) throw new IllegalStateException("the engine is still busy");
    }
  }

  private void commandUserTask(JsonNode request) throws Exception {
    long key = request.get("userTaskKey").asLong();
    UserTaskRecord task = new UserTaskRecord().setUserTaskKey(key).setAction(request.path("action").asText(""));
    if (request.has("assignee")) task.setAssignee(request.get("assignee").asText());
    if (request.has("variables"))
      task.setVariables(new UnsafeBuffer(MsgPackConverter.convertToMsgPack(request.get("variables").toString())));
    JsonNode changes = request.path("changeset");
    if (changes.has("candidateGroups")) task.setCandidateGroupsList(texts(changes.get("candidateGroups"))).setCandidateGroupsChanged();
    if (changes.has("candidateUsers")) task.setCandidateUsersList(texts(changes.get("candidateUsers"))).setCandidateUsersChanged();
    if (changes.has("dueDate")) task.setDueDate(changes.get("dueDate").asText()).setDueDateChanged();
    if (changes.has("followUpDate")) task.setFollowUpDate(changes.get("followUpDate").asText()).setFollowUpDateChanged();
    write(key, ValueType.USER_TASK, UserTaskIntent.valueOf(request.get("intent").asText()), task);
  }

  /** The gRPC door of this engine forgets the variables of a failed job. */
  private void failJob(JsonNode request) throws Exception {
    JobRecord job = new JobRecord().setRetries(request.get("retries").asInt()).setRetryBackoff(request.get("retryBackOff").asLong());
    job.setErrorMessage(request.get("errorMessage").asText());
    job.setVariables(new UnsafeBuffer(MsgPackConverter.convertToMsgPack(request.get("variables").asText())));
    write(request.get("jobKey").asLong(), ValueType.JOB, JobIntent.FAIL, job);
  }

  private void write(long key, ValueType kind, Intent intent, UnifiedRecordValue value) throws Exception {
    RecordMetadata metadata = new RecordMetadata().recordType(RecordType.COMMAND).valueType(kind).intent(intent);
    LogStreamWriter writer = ((LogStream) part("logStream")).newLogStreamWriter().join();
    boolean isTaken = CompletableFuture.supplyAsync(() -> writer.tryWrite(LogAppendEntry.of(key, metadata, value)).isRight(), thread).get();
    if (!isTaken) throw new IllegalStateException("the log took no command");
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  private String records(long after) {
    StringBuilder lines = new StringBuilder();
    for (Record<?> record : engine.getRecordStreamSource().getRecords())
      if (record.getPosition() > after) lines.append(record.toJson()).append('\n');
    return lines.toString();
  }

  private Object part(String name) throws Exception {
    Field field = engine.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(engine);
  }

  private interface Answer {
    String to(HttpExchange exchange) throws Exception;
  }

  private static HttpHandler answering(Answer answer) {
    return exchange -> {
      int status = 200;
      String text;
      try {
        text = answer.to(exchange);
      } catch (Throwable fault) { // whatever goes wrong is told to the test that asked
        status = 500;
        text = fault.toString();
      }
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    };
  }

  private static final class EngineThread extends Actor implements Executor {
    @Override
    public void execute(Runnable task) {
      actor.run(task);
    }
  }
}
