import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls a protected API with a token of Claviger (Java 11 or newer). Paste {@code TokenSource} and
 * {@code call} into your program.
 *
 * <p>As a program: java ClavigerToken.java URL... calls each in turn and prints what it answers.
 */
public final class ClavigerToken {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().connectTimeout(DEADLINE).build();

  /** One token for all threads, kept until shortly before it expires. */
  public static final class TokenSource {
    // Neither holds a character that JSON would escape.
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");
    private static final Pattern EXPIRES_IN = Pattern.compile("\"expires_in\":(\\d+)");

    private final HttpRequest request;
    private final Duration renewBefore;
    private String token;
    private long goodUntil; // by System.nanoTime()

    public TokenSource(
        String server, String apiKey, String identifier, String secret, Duration renewBefore) {
      this.renewBefore = renewBefore;
      request =
          HttpRequest.newBuilder(URI.create(server).resolve("/token"))
              .timeout(DEADLINE)
              .header("x-api-key", apiKey)
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(
                  BodyPublishers.ofString(
                      "identifier=" + encoded(identifier) + "&secret=" + encoded(secret)))
              .build();
    }

    public synchronized String get() throws IOException, InterruptedException {
      if (token == null || System.nanoTime() - goodUntil >= 0) issue();
      return token;
    }

    /** It was refused: the next get issues another, unless somebody else already did. */
    public synchronized void forget(String refused) {
      if (refused.equals(token)) token = null;
    }

    private void issue() throws IOException, InterruptedException {
      long asked = System.nanoTime();
      HttpResponse<String> answer = CLIENT.send(request, BodyHandlers.ofString());
      if (answer.statusCode() != 200) throw new IOException("no token: " + answer.statusCode());
      String issued = find(TOKEN, answer.body());
      Duration lifetime = Duration.ofSeconds(Long.parseLong(find(EXPIRES_IN, answer.body())));
      goodUntil = asked + lifetime.minus(renewBefore).toNanos();
      token = issued;
    }

    private static String find(Pattern pattern, String text) throws IOException {
      Matcher found = pattern.matcher(text);
      if (!found.find()) throw new IOException("no token in the answer");
      return found.group(1);
    }

    private static String encoded(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
  }

  /** Sends it. A token that was revoked is refused with 401: then once more with a new one. */
  public static HttpResponse<String> call(TokenSource tokens, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      String token = tokens.get();
      request.setHeader("Authorization", "Bearer " + token);
      HttpResponse<String> answer = CLIENT.send(request.build(), BodyHandlers.ofString());
      if (answer.statusCode() != 401 || attempt == 2) return answer;
      tokens.forget(token);
    }
  }

  public static void main(String[] urls) throws InterruptedException {
    Map<String, String> env = System.getenv();
    long seconds = Long.parseLong(env.getOrDefault("CLAVIGER_RENEW_BEFORE", "30"));
    TokenSource tokens =
        new TokenSource(
            env.get("CLAVIGER_URL"),
            env.get("CLAVIGER_API_KEY"),
            env.get("CLAVIGER_IDENTIFIER"),
            env.get("CLAVIGER_SECRET"),
            Duration.ofSeconds(seconds));
    try {
      for (String url : urls) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(DEADLINE);
        HttpResponse<String> answer = call(tokens, request);
        if (answer.statusCode() / 100 != 2) throw new IOException(url + ": " + answer.statusCode());
        System.out.println(answer.body());
      }
    } catch (IOException problem) {
      System.err.println(problem.getMessage());
      System.exit(1);
    }
  }
}
