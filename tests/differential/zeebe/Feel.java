import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;
import org.camunda.feel.api.FeelEngineApi;
import org.camunda.feel.api.FeelEngineBuilder;

/** Evaluates expressions with the FEEL engine that Zeebe bundles: one per line in and one answer per line out, both in Base64. */
public final class Feel {
  public static void main(final String[] arguments) {
    final FeelEngineApi engine =
        FeelEngineBuilder.apply(
                FeelEngineBuilder.apply$default$1(),
                FeelEngineBuilder.apply$default$2(),
                FeelEngineBuilder.apply$default$3(),
                FeelEngineBuilder.apply$default$4(),
                FeelEngineBuilder.apply$default$5())
            .build();
    final Map<String, Object> nothing = new HashMap<>();
    final Scanner lines = new Scanner(System.in, StandardCharsets.US_ASCII);
    while (lines.hasNextLine()) {
      final String expression = new String(Base64.getDecoder().decode(lines.nextLine()), StandardCharsets.UTF_8);
      final var answer = engine.evaluateExpression(expression, nothing);
      final String text = answer.isSuccess() ? "=" + answer.result() : "!" + answer.failure().message();
      System.out.println(Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }
  }
}
