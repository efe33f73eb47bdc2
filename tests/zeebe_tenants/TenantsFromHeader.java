import io.camunda.zeebe.gateway.interceptors.InterceptorUtil;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.List;

/** Whoever calls is authorised for the tenants its call names in a header. */
public final class TenantsFromHeader implements ServerInterceptor {
  private static final Metadata.Key<String> TENANTS =
      Metadata.Key.of("authorized-tenants", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      final ServerCall<Q, A> call, final Metadata headers, final ServerCallHandler<Q, A> next) {
    final String named = headers.get(TENANTS);
    final List<String> tenants = named == null ? List.of("<default>") : List.of(named.split(","));
    final Context context = InterceptorUtil.setAuthorizedTenants(tenants);
    return Contexts.interceptCall(context, call, headers, next);
  }
}
