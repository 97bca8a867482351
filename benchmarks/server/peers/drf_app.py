"""Django REST Framework in one file."""

import re

import data
import django
from django.conf import settings

settings.configure(
    DEBUG=False,
    SECRET_KEY="for-measurements-only",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    TIME_ZONE="UTC",
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django is set up first
from django.urls import path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.decorators import api_view  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402


class LocationSerializer(serializers.Serializer):
    warehouse = serializers.CharField()
    aisle = serializers.IntegerField()
    bin = serializers.CharField()


class ItemSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    sku = serializers.RegexField(data.SKU_PATTERN)
    name = serializers.CharField()
    quantity = serializers.IntegerField(min_value=0)
    reorder_level = serializers.IntegerField()
    unit_price = serializers.CharField()
    status = serializers.ChoiceField(choices=data.STATUSES)
    location = LocationSerializer()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class RestockSerializer(serializers.Serializer):
    sku = serializers.RegexField(re.compile(data.SKU_PATTERN))
    quantity = serializers.IntegerField(min_value=1, max_value=100000)
    note = serializers.CharField(max_length=200, required=False, allow_null=True)


@api_view(["GET"])
def get_item(_request: Request, item_id: int) -> Response:
    item = data.BY_ID.get(item_id)
    return Response({"detail": "not found"}, 404) if item is None else Response(ItemSerializer(item).data)


@api_view(["GET"])
def list_items(_request: Request) -> Response:
    return Response(ItemSerializer(data.ITEMS, many=True).data)


@api_view(["POST"])
def restock(request: Request) -> Response:
    body = RestockSerializer(data=request.data)
    if not body.is_valid():
        return Response(body.errors, 422)
    item = data.restocked(body.validated_data["sku"], body.validated_data["quantity"])
    return Response({"detail": "not found"}, 404) if item is None else Response(ItemSerializer(item).data)


urlpatterns = [path("items/<int:item_id>", get_item), path("items", list_items), path("restock", restock)]
app = get_wsgi_application()
