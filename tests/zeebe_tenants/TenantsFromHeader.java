import io.camunda.zeebe.gateway.interceptors.InterceptorUtil;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.List;

/**
 * Whoever calls is authorised for the tenants its call names in a header; a call without one for those that the broker's
 * environment names, as a service account that was given them.
 */
public final class TenantsFromHeader implements ServerInterceptor {
  private static final Metadata.Key<String> TENANTS =
      Metadata.Key.of("authorized-tenants", Metadata.ASCII_STRING_MARSHALLER);

  private static final List<String> OF_THE_ACCOUNT =
      List.of(System.getenv().getOrDefault("AUTHORIZED_TENANTS", "<default>").split(","));

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      final ServerCall<Q, A> call, final Metadata headers, final ServerCallHandler<Q, A> next) {
    final String named = headers.get(TENANTS);
    final List<String> tenants = named == null ? OF_THE_ACCOUNT : List.of(named.split(","));
    final Context context = InterceptorUtil.setAuthorizedTenants(tenants);
    return Contexts.interceptCall(context, call, headers, next);
  }
}
